#include "app/bench/sink_ledger.hpp"

#include <gtest/gtest.h>

namespace herald::bench
{
namespace
{

constexpr Instant kNow{};

NotificationId some_id()
{
    return NotificationId{make_uuid_v4()};
}

TEST(SinkLedger, AnswersByTheMix)
{
    constexpr ErrorMix mix{0.1, 0.1, 0.1, 0.1};
    EXPECT_EQ(choose_answer(mix, 0.0), SinkAnswer::throttle);
    EXPECT_EQ(choose_answer(mix, 0.15), SinkAnswer::fail);
    EXPECT_EQ(choose_answer(mix, 0.25), SinkAnswer::slow);
    EXPECT_EQ(choose_answer(mix, 0.35), SinkAnswer::cut);
    EXPECT_EQ(choose_answer(mix, 0.45), SinkAnswer::take);
    EXPECT_EQ(choose_answer({}, 0.0), SinkAnswer::take);
}

TEST(SinkLedger, CountsAMessageThatItTookTwiceOnce)
{
    SinkLedger ledger({}, 1);
    const auto twice = some_id();
    for (int i = 0; i < 3; ++i) ledger.offer(twice, kNow);
    ledger.offer(some_id(), kNow);
    EXPECT_EQ(ledger.counts().offers, 4);
    EXPECT_EQ(ledger.counts().taken, 2);
    EXPECT_EQ(ledger.counts().duplicates, 1);
}

TEST(SinkLedger, TakesWhatItAnswersWithACutConnection)
{
    SinkLedger ledger({.cut = 1}, 1);
    const auto id = some_id();
    EXPECT_EQ(ledger.offer(id, kNow), SinkAnswer::cut);
    EXPECT_EQ(ledger.offer(id, kNow), SinkAnswer::cut);
    EXPECT_EQ(ledger.counts().duplicates, 1);
}

TEST(SinkLedger, HasLostWhatIsNeitherTakenNorGivenUp)
{
    SinkLedger refuses({.throttle = 1}, 1);
    const auto refused = some_id();
    refuses.offer(refused, kNow);
    EXPECT_EQ(refuses.counts().taken, 0);
    const auto never_seen = some_id();
    const NotificationId accepted[] = {refused, never_seen};
    EXPECT_EQ(refuses.count_lost(accepted, {}), 2);
    EXPECT_EQ(refuses.count_lost(accepted, {&refused, 1}), 1);

    SinkLedger takes({}, 1);
    takes.offer(refused, kNow);
    EXPECT_EQ(takes.count_lost(accepted, {}), 1);
}

TEST(SinkLedger, RemembersTheFirstOfferOfAMessage)
{
    SinkLedger ledger(ErrorMix::usual(), 1);
    const auto id = some_id();
    EXPECT_EQ(ledger.first_offered(id), std::nullopt);
    ledger.offer(id, kNow);
    ledger.offer(id, kNow + std::chrono::seconds(1));
    EXPECT_EQ(ledger.first_offered(id), kNow);
}

}  // namespace
}  // namespace herald::bench
