#include "operations/look_up_receipts.hpp"

#include <gtest/gtest.h>

#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::soon;
using testing::WorldOptions;

// Answers when the test wants it to.
class Oracle final : public Provider
{
public:
    [[nodiscard]] std::string_view name() const override { return "email"; }
    [[nodiscard]] bool supports(Channel) const override { return true; }
    Task<SendOutcome> send(const OutgoingMessage&, Deadline) override { co_return SendOutcome(); }
    Task<std::optional<Receipt>> look_up(NotificationId, std::string_view, Deadline deadline) override
    {
        ++asked;
        most = std::max(most, ++under_way);
        while (most < waits_for && std::chrono::steady_clock::now() < deadline) co_await sleep_for(milliseconds(1));
        if (waits_for_ever) co_await sleep_until(deadline);
        --under_way;
        if (fails) throw std::runtime_error("not reachable");
        co_return answer;
    }

    int asked = 0;
    int under_way = 0;
    int most = 0;
    int waits_for = 0;  // for so many questions at once
    bool waits_for_ever = false;
    bool fails = false;
    std::optional<Receipt> answer;
};

// `count` emails whose receipts were lost, and that are due to be asked about.
Task<std::vector<NotificationId>> lose_receipts(DeliveryWorld& world, int count)
{
    const auto service = co_await world.add_service();
    std::vector<NotificationId> ids;
    for (int i = 0; i < count; ++i) ids.push_back(co_await world.accept(service));
    co_await world.deliver();
    EXPECT_EQ(co_await world.number("SELECT count(*) FROM awaiting_receipts"), count);
    world.clock.advance(DeliverOptions().look_up_after);
    co_return ids;
}

WorldOptions without_receipts()
{
    CaptureRule rule;
    rule.receipt = CaptureReceipt::lost;
    WorldOptions options;
    options.script.rules.push_back(rule);
    return options;
}

std::string due_at(const DeliveryWorld& world)
{
    return "SELECT count(*) FROM awaiting_receipts WHERE look_up_at <= '" + format_v2(world.clock.now()) + "'";
}

TEST(LookUpReceipts, AsksSeveralAtOnceAndNoMoreThanItMay)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            co_await lose_receipts(world, 40);
            Oracle oracle;
            oracle.waits_for = 16;
            const ProviderPool providers(testing::pool_of(&oracle, nullptr), nullptr);
            LookUpReceipts look_up(world.delivery_store, world.recorder, providers, world.clock, {});
            const auto counts = co_await look_up.run(soon());
            EXPECT_EQ(counts.asked, 40U);
            EXPECT_EQ(oracle.most, 16);
            EXPECT_EQ(co_await world.number(due_at(world)), 0);
            world.clock.advance(LookUpReceipts::Options().ask_again);
            EXPECT_EQ(co_await world.number(due_at(world)), 40);
        },
        without_receipts());
}

// It was handed over twice, and the provider speaks of the one that nobody awaits.
TEST(LookUpReceipts, IsSettledByWhatTheProviderKnowsOfTheOtherOne)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto ids = co_await lose_receipts(world, 1);
            Oracle oracle;
            oracle.answer.emplace();
            oracle.answer->provider = "email";
            oracle.answer->reference = "the other one";
            oracle.answer->notification_id = ids[0];
            const ProviderPool providers(testing::pool_of(&oracle, nullptr), nullptr);
            LookUpReceipts look_up(world.delivery_store, world.recorder, providers, world.clock, {});
            EXPECT_EQ((co_await look_up.run(soon())).settled, 1U);
            co_await world.settle();
            EXPECT_EQ(co_await world.status(ids[0]), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM awaiting_receipts"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM unmatched_receipts"), 0);
        },
        without_receipts());
}

TEST(LookUpReceipts, LeavesDueWhatItDidNotComeToAsk)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            co_await lose_receipts(world, 5);
            Oracle oracle;
            oracle.waits_for_ever = true;
            const ProviderPool providers(testing::pool_of(&oracle, nullptr), nullptr);
            LookUpReceipts::Options options;
            options.concurrency = 2;
            options.timeout = seconds(1);
            LookUpReceipts look_up(world.delivery_store, world.recorder, providers, world.clock, options);
            const auto counts = co_await look_up.run(deadline_in(milliseconds(1900)));
            EXPECT_EQ(counts.asked, 2U);
            EXPECT_EQ(oracle.asked, 2);
            EXPECT_EQ(co_await world.number(due_at(world)), 3);
        },
        without_receipts());
}

// The end of the wait is time_out_notifications' to decide.
TEST(LookUpReceipts, AsksAgainForAsLongAsTheMessageIsAwaited)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto ids = co_await lose_receipts(world, 1);
            Oracle oracle;
            oracle.fails = true;
            const ProviderPool providers(testing::pool_of(&oracle, nullptr), nullptr);
            LookUpReceipts look_up(world.delivery_store, world.recorder, providers, world.clock, {});
            EXPECT_EQ((co_await look_up.run(soon())).settled, 0U);
            world.clock.advance(std::chrono::hours(100));
            EXPECT_EQ((co_await look_up.run(soon())).settled, 0U);
            EXPECT_EQ(oracle.asked, 2);
            EXPECT_EQ(co_await world.status(ids[0]), NotificationStatus::sending);
        },
        without_receipts());
}

}  // namespace
}  // namespace herald
