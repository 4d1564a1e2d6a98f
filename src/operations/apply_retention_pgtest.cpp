// What a changed retention does to what is stored, and what becomes of messages that are under way when their day
// comes.
#include "operations/apply_retention.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "operations/manage_services.hpp"
#include "runtime/deadline.hpp"
#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"
#include "storage/notification_store.hpp"
#include "storage/retention_store.hpp"
#include "tests/support/retention_world.hpp"

namespace herald
{
namespace
{

using testing::in_retention_world;
using testing::Place;
using testing::RetentionWorld;
using testing::soon;

ServiceChange sms_days(int days)
{
    ServiceChange change;
    change.retention_days_sms = days;
    return change;
}

// Of each of the last days one text message and one email, the oldest first.
Task<std::vector<NotificationId>> a_message_a_day(RetentionWorld& world, ServiceId service, int days)
{
    std::vector<NotificationId> texts;
    for (int ago = days; ago >= 0; --ago)
    {
        texts.push_back(co_await world.add(service, Channel::sms, ago, NotificationStatus::delivered));
        co_await world.add(service, Channel::email, ago, NotificationStatus::delivered);
    }
    co_return texts;
}

TEST(ApplyRetention, OfAShorterOneHidesAtOnceAndForgetsWithTheNextRun)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(30, 30);
            const auto other = co_await world.add_service(30, 30);
            const auto texts = co_await a_message_a_day(world, service, 30);
            co_await a_message_a_day(world, other, 30);
            const auto before = co_await world.totals();

            EXPECT_TRUE(co_await world.shown(service, texts.front()));
            co_await world.change(service, sms_days(3));
            for (std::size_t i = 0; i < texts.size(); ++i)
                EXPECT_EQ(co_await world.shown(service, texts[i]), i >= texts.size() - 4) << i;
            EXPECT_EQ(co_await world.contents_of(service), 62) << "all are still there";

            EXPECT_GT(co_await world.apply(), 0);
            EXPECT_EQ(co_await world.contents_of(service), 4 + 31);
            EXPECT_EQ(co_await world.contents_of(other), 62);
            EXPECT_EQ(co_await world.misplaced(), 0);
            EXPECT_EQ(co_await world.totals(), before);

            const auto settings = co_await RetentionStore(world.database).list(service, soon());
            EXPECT_EQ(settings.size(), 2U);
            if (settings.size() != 2U) co_return;
            EXPECT_EQ(settings[1].days, 3);
            EXPECT_EQ(settings[1].forgotten, 27);
            EXPECT_FALSE(settings[1].applied_at.has_value()) << "messages of just now may be on their way";
            world.advance(std::chrono::minutes(4));
            co_await world.apply();
            const auto done = co_await RetentionStore(world.database).list(service, soon());
            EXPECT_TRUE(done[1].applied_at.has_value());
            EXPECT_EQ(done[1].moved, 4);
            EXPECT_EQ(co_await world.apply(), 0);
        });
}

TEST(ApplyRetention, OfALongerOneKeepsWhatIsStillThereAndNothingElse)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            const auto texts = co_await a_message_a_day(world, service, 12);
            co_await world.night();
            EXPECT_EQ(co_await world.contents_of(service), 16);
            co_await world.change(service, sms_days(90));
            co_await world.apply();
            world.advance(std::chrono::minutes(4));
            co_await world.apply();
            EXPECT_EQ(co_await world.contents_of(service), 16);
            EXPECT_EQ(co_await world.misplaced(), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_contents_default"), 0);
            EXPECT_TRUE(co_await world.shown(service, texts.back()));
            EXPECT_FALSE(co_await world.shown(service, texts.front()));
            for (int day = 0; day < 80; ++day)
            {
                world.advance_days(1);
                co_await world.night();
            }
            EXPECT_TRUE(co_await world.shown(service, texts.back()));
            EXPECT_EQ(co_await world.contents_of(service), 8) << "the emails have gone, the texts are there";
        });
}

TEST(ApplyRetention, BeginsAnewWhenItIsChangedOnceMore)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(60, 60);
            co_await a_message_a_day(world, service, 60);
            co_await world.change(service, sms_days(40));
            co_await world.change(service, sms_days(7));
            co_await world.change(service, sms_days(50));
            co_await world.apply();
            EXPECT_EQ(co_await world.misplaced(), 0);
            EXPECT_EQ(co_await world.contents_of(service), 51 + 61);
        });
}

Task<> apply_until_cut_off(RetentionWorld& world, milliseconds after)
{
    try
    {
        co_await with_deadline(world.apply(), monotonic_now() + after, "apply");
    }
    catch (const DeadlineExceeded&)
    {
        // What it had committed stays.
    }
}

TEST(ApplyRetention, GoesOnWhereItWasKilled)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(60, 60);
            co_await a_message_a_day(world, service, 60);
            const auto before = co_await world.totals();
            co_await world.change(service, sms_days(5));
            world.batch = 3;
            for (int after = 1; after < 40; ++after) co_await apply_until_cut_off(world, milliseconds(after));
            // The server may take a moment to see that the last one was given up.
            for (testing::Looks looks; co_await world.misplaced() > 0; co_await looks.again()) co_await world.apply();
            EXPECT_EQ(co_await world.misplaced(), 0);
            EXPECT_EQ(co_await world.contents_of(service), 6 + 61);
            EXPECT_EQ(co_await world.totals(), before);
        });
}

Task<> apply_all(RetentionWorld& world)
{
    co_await world.apply();
}

TEST(ApplyRetention, MayRunInTwoProcessesAtOnce)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(60, 60);
            co_await a_message_a_day(world, service, 60);
            co_await world.change(service, sms_days(9));
            world.batch = 4;
            TaskScope running(co_await asio::this_coro::executor);
            for (int i = 0; i < 3; ++i) running.spawn("apply", apply_all(world));
            EXPECT_TRUE(co_await running.join(soon()));
            co_await world.apply();
            EXPECT_EQ(co_await world.misplaced(), 0);
            EXPECT_EQ(co_await world.contents_of(service), 10 + 61);
        });
}

TEST(ApplyRetention, LeavesWhatIsUnderWayForAnotherDay)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(30, 30);
            const auto waiting =
                co_await world.add(service, Channel::sms, 20, NotificationStatus::created, Place::retry);
            co_await world.add(service, Channel::sms, 20, NotificationStatus::delivered);
            co_await world.change(service, sms_days(3));
            co_await world.apply();
            EXPECT_EQ(co_await world.contents_of(service), 1);
            EXPECT_TRUE(co_await world.shown(service, waiting));
            co_await world.finish(waiting);
            EXPECT_FALSE(co_await world.shown(service, waiting)) << "it is over, and its time has passed";
            world.advance_days(1);
            co_await world.night();
            EXPECT_EQ(co_await world.contents_of(service), 0);
        });
}

TEST(ApplyRetention, TakesTextsThatCameInAlong)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 30);
            for (int ago = 0; ago <= 30; ++ago) co_await world.add_inbound(service, ago, 30);
            NotificationStore store(world.database);
            co_await world.change(service, sms_days(5));
            const auto shown = co_await store.list_received(service, std::nullopt, world.today(), 100, soon());
            EXPECT_EQ(shown.size(), 6U);
            co_await world.apply();
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM inbound_sms"), 6);
            co_await world.change(service, sms_days(10));
            co_await world.apply();
            for (int day = 0; day < 6; ++day)
            {
                world.advance_days(1);
                co_await world.night();
            }
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM inbound_sms"), 5);
        });
}

// However it waits, and in whichever partition its contents are.
TEST(HoldUnfinished, KeepsTheContentsOfWhatIsUnderWayUntilItIsOver)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            std::vector<NotificationId> waiting;
            for (const auto place :
                 {Place::ready, Place::lease, Place::retry, Place::held, Place::awaiting, Place::awaiting_twice})
            {
                const auto status = place == Place::awaiting         ? NotificationStatus::pending
                                    : place == Place::awaiting_twice ? NotificationStatus::sending
                                                                     : NotificationStatus::created;
                waiting.push_back(co_await world.add(service, Channel::sms, 8, status, place));
                waiting.push_back(co_await world.add(service, Channel::email, 30, status, place));  // the default one
                co_await world.add(service, Channel::sms, 8, NotificationStatus::delivered);
                co_await world.add(service, Channel::sms, 30, NotificationStatus::permanent_failure);
            }
            const auto before = co_await world.totals();
            world.batch = 2;
            for (int night = 0; night < 3; ++night)
            {
                co_await world.night();
                EXPECT_EQ(co_await world.contents_of(service), std::ssize(waiting)) << night;
                for (const auto id : waiting) EXPECT_TRUE(co_await world.shown(service, id)) << night;
                world.advance_days(1);
            }
            EXPECT_EQ(co_await world.totals(), before);
            for (const auto id : waiting) co_await world.finish(id);
            co_await world.night();
            EXPECT_EQ(co_await world.contents_of(service), 0);
        });
}

Task<> night_of(RetentionWorld& world, std::int64_t& dropped)
{
    dropped = co_await world.night();
}

pg::Params claim_of(ServiceId service)
{
    const std::vector<std::int16_t> lane{2};
    const std::vector<std::int16_t> channel{2};
    const std::vector<Uuid> services{service.value};
    const std::vector<Uuid> cursor(1);
    const std::vector<std::int32_t> quota{10};
    const std::vector<std::string> provider{"capture"};
    return pg::Params::of(lane, services, channel, cursor, quota, provider, provider, std::vector<std::string>{""},
                          make_uuid_v4(), 60.0, parse_iso8601("2026-06-15T12:00:00Z").value());
}

// Of the messages that are claimed, how many come with their contents.
std::int64_t with_contents(const pg::Rows& claimed)
{
    std::int64_t count = 0;
    for (std::size_t i = 0; i < claimed.size(); ++i)
        if (claimed.get<std::optional<pg::Bytes>>(i, "sealed")) ++count;
    return count;
}

// The purge comes while a claim is under way: it sees the message where it was before the claim, and waits for it.
TEST(HoldUnfinished, AMessageThatIsClaimedAtThatMomentHasItsContents)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            for (int i = 0; i < 3; ++i)
                co_await world.add(service, Channel::sms, 8, NotificationStatus::created, Place::ready);
            auto claim = co_await world.database.begin(soon());
            const auto claimed = co_await claim.execute(sql::claim_deliveries, claim_of(service), soon());
            EXPECT_EQ(with_contents(claimed), 3);
            TaskScope running(co_await asio::this_coro::executor);
            std::int64_t dropped = -1;
            running.spawn("night", night_of(world, dropped));
            // It has put the contents elsewhere, and cannot drop the day while the claim reads it.
            const auto moved = fmt::format("SELECT count(*) FROM notification_contents WHERE purge_on > '{}'",
                                           format_date(world.today()));
            for (testing::Looks looks; co_await world.number(moved) < 3;) co_await looks.again();
            EXPECT_EQ(dropped, -1);
            co_await claim.commit(soon());
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_GT(dropped, 0);
            EXPECT_EQ(co_await world.contents_of(service), 3);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_leases"), 3);
        });
}

// A claim that begins after the contents were put elsewhere, before or after the drop, finds them there.
TEST(HoldUnfinished, AMessageThatIsClaimedAfterwardsHasItsContents)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            for (int i = 0; i < 20; ++i)
                co_await world.add(service, Channel::sms, 8, NotificationStatus::created, Place::ready);
            world.batch = 3;
            TaskScope running(co_await asio::this_coro::executor);
            std::int64_t dropped = -1;
            running.spawn("night", night_of(world, dropped));
            std::int64_t all = 0;
            std::int64_t whole = 0;
            for (testing::Looks looks; all < 20;)
            {
                const auto claimed = co_await world.database.execute(sql::claim_deliveries, claim_of(service), soon());
                all += static_cast<std::int64_t>(claimed.size());
                whole += with_contents(claimed);
                if (claimed.empty()) co_await looks.again();
            }
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(whole, 20);
            EXPECT_EQ(co_await world.contents_of(service), 20);
        });
}

// Its last receipt is being recorded just then: the purge waits for it, and finds the message over.
TEST(HoldUnfinished, AMessageThatEndsAtThatMomentIsForgotten)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            const auto id = co_await world.add(service, Channel::sms, 8, NotificationStatus::sending, Place::awaiting);
            auto receipt = co_await world.database.begin(soon());
            co_await receipt.run_script(RetentionWorld::end_of(id), soon());
            TaskScope running(co_await asio::this_coro::executor);
            std::int64_t dropped = -1;
            running.spawn("night", night_of(world, dropped));
            for (testing::Looks looks; co_await world.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0;)
                co_await looks.again();
            co_await receipt.commit(soon());
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(co_await world.contents_of(service), 0);
        });
}

}  // namespace
}  // namespace herald
