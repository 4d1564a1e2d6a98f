// Messages that are to be sent later: they start at their time, once, and may be taken back until a worker has them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/cancel_notification.hpp"
#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using ::testing::ElementsAre;
using testing::in_delivery_world;
using testing::soon;
using testing::WorldMessage;
using testing::WorldService;

constexpr auto kHour = std::chrono::hours(1);

Task<NotificationId> accept_for(DeliveryWorld& world, WorldService service, Instant when)
{
    WorldMessage message(service, "+12025550123", KeyType::normal);
    message.scheduled_for = when;
    return world.accept(std::move(message), world.writer);
}

// A worker of another process.
struct OtherWorker
{
    OtherWorker(DeliveryWorld& world, const asio::any_io_executor& executor)
        : wake_up(executor),
          queue(world.queue_store, wake_up, {}),
          worker(executor, queue, world.deliver_notifications, wake_up, world.clock, {})
    {
    }

    WakeUp wake_up;
    DeliveryQueue queue;
    DeliveryWorker worker;
};

TEST(ScheduledMessages, StartAtTheirTimeAndNotBefore)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto id = co_await accept_for(world, service, world.clock.now() + kHour);
            co_await world.recovery.run_once();
            EXPECT_EQ((co_await world.deliver()).claimed, 0U);
            world.clock.advance(kHour - seconds(1));
            co_await world.recovery.run_once();
            EXPECT_EQ((co_await world.deliver()).claimed, 0U);
            EXPECT_EQ(co_await world.status(id), NotificationStatus::created);

            world.clock.advance(seconds(1));
            co_await world.recovery.run_once();
            EXPECT_EQ((co_await world.deliver()).claimed, 1U);
            EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 0);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

TEST(ScheduledMessages, AreSentOnceByTwoWorkers)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            constexpr int kMessages = 20;
            for (int i = 0; i < kMessages; ++i) co_await accept_for(world, service, world.clock.now() + kHour);
            OtherWorker other(world, co_await asio::this_coro::executor);
            co_await other.queue.refresh_services(soon());
            world.clock.advance(kHour);
            const Instant now = world.clock.now();
            const auto moved_here = co_await world.queue.move_due_retries(now, soon());
            const auto moved_there = co_await other.queue.move_due_retries(now, soon());
            EXPECT_EQ(moved_here + moved_there, kMessages);
            const auto there = co_await other.worker.run_once();
            const auto here = co_await world.deliver();
            EXPECT_EQ(there.claimed + here.claimed, static_cast<std::size_t>(kMessages));
            EXPECT_EQ(world.mailbox->size(), static_cast<std::size_t>(kMessages));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE status = 5"), kMessages);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events WHERE kind = 2"), kMessages);
        });
}

TEST(ScheduledMessages, CanBeTakenBackUntilAWorkerHasThem)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const Instant due = world.clock.now() + kHour;
            const auto waiting = co_await accept_for(world, service, due);
            const auto moved = co_await accept_for(world, service, due);
            const auto claimed = co_await accept_for(world, service, due);
            const auto cancel = [&](NotificationId id)
            {
                return cancel_notification(world.database, service.id, id, std::nullopt, world.clock.now(), soon());
            };
            EXPECT_TRUE(co_await cancel(waiting));
            EXPECT_TRUE(co_await cancel(waiting)) << "again changes nothing";
            EXPECT_EQ(co_await world.status(waiting), NotificationStatus::cancelled);
            EXPECT_THAT(co_await world.events(waiting), ElementsAre(EventKind::accepted, EventKind::cancelled));

            world.clock.advance(kHour);
            EXPECT_EQ(co_await world.queue.move_due_retries(world.clock.now(), soon()), 2);
            EXPECT_TRUE(co_await cancel(moved)) << "it is in its lane, and nobody has it";
            const auto counts = co_await world.worker.run_once();
            EXPECT_EQ(counts.claimed, 1U);
            const auto late = co_await cancel(claimed);
            EXPECT_FALSE(late);
            if (!late)
            {
                EXPECT_EQ(late.error().kind, ErrorKind::conflict);
                EXPECT_EQ(late.error().message, "The message is being sent already and can no longer be cancelled");
            }
            co_await world.settle();
            EXPECT_EQ(co_await world.status(claimed), NotificationStatus::delivered);
            EXPECT_EQ(world.mailbox->size(), 1U);
            EXPECT_EQ(co_await world.number("SELECT sum(billable_units) FROM notifications WHERE status = 10"), 0);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

// Whoever is first has it, and the other one is told.
TEST(ScheduledMessages, CancellingRacesTheClaim)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            std::vector<NotificationId> ids;
            constexpr int kMessages = 40;
            for (int i = 0; i < kMessages; ++i)
                ids.push_back(co_await accept_for(world, service, world.clock.now() + kHour));
            world.clock.advance(kHour);
            const auto executor = co_await asio::this_coro::executor;
            TaskScope scope(executor);
            int cancelled = 0;
            int refused = 0;
            const auto cancel_all = [&]() -> Task<>
            {
                for (const auto id : ids)
                {
                    const auto done = co_await cancel_notification(world.database, service.id, id, std::nullopt,
                                                                   world.clock.now(), soon());
                    ++(done ? cancelled : refused);
                }
            };
            scope.spawn("cancel", cancel_all());
            co_await world.queue.move_due_retries(world.clock.now(), soon());
            co_await world.deliver();
            co_await scope.join(soon());
            co_await world.deliver();
            EXPECT_EQ(cancelled + refused, kMessages);
            EXPECT_EQ(world.mailbox->size(), static_cast<std::size_t>(refused));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE status = 10"), cancelled);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE status = 5"), refused);
            EXPECT_EQ(co_await world.number("SELECT (SELECT count(*) FROM queue_ready) + (SELECT count(*) FROM "
                                            "queue_retries) + (SELECT count(*) FROM queue_leases)"),
                      0);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

}  // namespace
}  // namespace herald
