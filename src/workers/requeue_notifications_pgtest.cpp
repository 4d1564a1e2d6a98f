// Messages that are in no table of the queue, which should never be.
#include "operations/requeue_notifications.hpp"

#include <gtest/gtest.h>

#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::soon;

Task<std::int64_t> requeue(DeliveryWorld& world, std::int32_t batch = 1'000)
{
    RequeueOrder order;
    order.last = world.zone.date_of(world.clock.now());
    order.batch = batch;
    order.now = world.clock.now();
    return requeue_notifications(world.database, world.zone, order, soon());
}

Task<> lose(DeliveryWorld& world, std::string table)
{
    co_await world.database.run_script("DELETE FROM " + table, soon());
}

TEST(RequeueNotifications, WhatIsQueuedIsLeftAloneAndWhatWasLostIsSent)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            std::vector<NotificationId> lost;
            for (int i = 0; i < 5; ++i) lost.push_back(co_await world.accept(service));
            lost.push_back(co_await world.accept(service, "+12025550123", KeyType::test));
            co_await lose(world, "queue_ready");
            const auto queued = co_await world.accept(service);
            world.clock.advance(std::chrono::minutes(59));
            EXPECT_EQ(co_await requeue(world), 0) << "it may be under way";
            world.clock.advance(std::chrono::minutes(2));
            EXPECT_EQ(co_await requeue(world, 2), 6);
            EXPECT_EQ(co_await requeue(world), 0);
            EXPECT_EQ((co_await world.events(lost[0])).back(), EventKind::requeued);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries WHERE lane = 4 AND channel = 2"), 1);

            co_await world.recovery.run_once();
            co_await world.deliver();
            co_await world.deliver();
            for (const auto id : lost) EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.status(queued), NotificationStatus::delivered);
            EXPECT_EQ(world.mailbox->taken_again(), 0U);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

// In each table of the queue, and over a change of days.
TEST(RequeueNotifications, AHealthyQueueIsNotEvenLookedInto)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            for (int i = 0; i < 3; ++i) co_await world.accept(service);
            ClaimRoom room;
            room.email = ClaimShare{2, "email"};
            const auto claimed = co_await world.queue.claim(room, world.clock.now(), soon());
            EXPECT_EQ(claimed.size(), 2U);
            std::vector<ClaimedDelivery> first{claimed[0]};
            co_await world.queue.release(std::move(first), soon());
            world.clock.advance(std::chrono::hours(26));
            co_await world.accept(service);
            world.clock.advance(std::chrono::hours(2));
            EXPECT_EQ(co_await requeue(world), 0);
            constexpr pg::Statement kLookedInto{
                "t_looked_into", "SELECT count(*) FROM pg_prepared_statements WHERE name = 'requeue_notifications'"};
            EXPECT_EQ((co_await world.database.execute(kLookedInto, pg::Params(), soon())).get<std::int64_t>(0, 0), 0);
        });
}

// Its lease was lost, with the message in it: it may have gone out.
TEST(RequeueNotifications, OneThatHadAnAttemptIsInDoubt)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto id = co_await world.accept(service);
            ClaimRoom room;
            room.email = ClaimShare{1, "email"};
            co_await world.queue.claim(room, world.clock.now(), soon());
            co_await lose(world, "queue_leases");
            world.clock.advance(std::chrono::hours(2));
            EXPECT_EQ(co_await requeue(world), 1);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries WHERE uncertain AND attempt = 2"), 1);
            co_await world.recovery.run_once();
            co_await world.deliver();
            EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
        });
}

}  // namespace
}  // namespace herald
