// Messages whose fate nobody tells.
#include "operations/time_out_notifications.hpp"

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
using testing::WorldService;

constexpr std::chrono::hours kTimeOut(72);

WorldOptions without_receipts()
{
    CaptureRule rule;
    rule.receipt = CaptureReceipt::lost;
    WorldOptions options;
    options.script.rules.push_back(rule);
    return options;
}

Task<std::vector<NotificationId>> hand_over(DeliveryWorld& world, WorldService service, int count,
                                            std::string to = "ada@example.gov")
{
    std::vector<NotificationId> ids;
    for (int i = 0; i < count; ++i) ids.push_back(co_await world.accept(service, to));
    co_await world.deliver();
    co_return ids;
}

TimeOutOrder order_of(const DeliveryWorld& world, std::int32_t batch = 5'000)
{
    return {world.clock.now() - kTimeOut, batch, world.clock.now()};
}

std::string wants_callbacks(const WorldService& service)
{
    return "INSERT INTO service_callbacks (service_id, callback_type, id, url, secrets_sealed, created_at) VALUES ('" +
           service.id.to_string() + "', 'delivery_status', gen_random_uuid(), 'https://service.example', '', now())";
}

TEST(TimeOutNotifications, EndsExactlyThoseThatAreOverdueAndTellsTheirService)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            co_await world.database.run_script(wants_callbacks(service), soon());
            const auto old = co_await hand_over(world, service, 5);
            const auto text = co_await hand_over(world, service, 1, "+12025550123");
            world.clock.advance(std::chrono::minutes(1));
            const auto young = co_await hand_over(world, service, 3);
            const auto created = co_await world.accept(service);
            world.clock.advance(kTimeOut - std::chrono::minutes(1));

            // Batches of two: one cutoff for all of them.
            const auto counts = co_await time_out_notifications(world.database, order_of(world, 2), soon());
            EXPECT_EQ(counts.taken, 6);
            EXPECT_EQ(counts.timed_out, 6);
            EXPECT_EQ(counts.callbacks_owed, 6);
            for (const auto id : old) EXPECT_EQ(co_await world.status(id), NotificationStatus::temporary_failure);
            EXPECT_EQ(co_await world.status(text[0]), NotificationStatus::temporary_failure);
            for (const auto id : young) EXPECT_EQ(co_await world.status(id), NotificationStatus::sending);
            EXPECT_EQ(co_await world.status(created), NotificationStatus::created) << "it is no time-out's business";
            EXPECT_EQ((co_await world.events(old[0])).back(), EventKind::timed_out);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM awaiting_receipts"), 3);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 6);
            EXPECT_EQ(co_await world.ledger_differences(), 0);

            EXPECT_EQ((co_await time_out_notifications(world.database, order_of(world), soon())).taken, 0);
        },
        without_receipts());
}

Receipt receipt_of(const DeliveryWorld&, NotificationId id, ServiceId service, std::string reference,
                   NotificationStatus status)
{
    Receipt receipt;
    receipt.provider = "email";
    receipt.reference = std::move(reference);
    receipt.notification_id = id;
    receipt.service_id = service;
    receipt.status = status;
    return receipt;
}

Task<std::string> reference_of(DeliveryWorld& world, NotificationId id)
{
    constexpr pg::Statement kReference{"t_reference", "SELECT provider_reference FROM notifications WHERE id = $1"};
    const auto rows = co_await world.database.execute(kReference, pg::Params::of(id), soon());
    co_return rows.get<std::string>(0, 0);
}

TEST(TimeOutNotifications, APendingMessageTimesOutAndALateReceiptIsARepetition)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto id = (co_await hand_over(world, service, 1))[0];
            const auto reference = co_await reference_of(world, id);
            world.recorder.receive(receipt_of(world, id, service.id, reference, NotificationStatus::pending));
            co_await world.settle();
            EXPECT_EQ(co_await world.status(id), NotificationStatus::pending);
            world.clock.advance(kTimeOut);
            EXPECT_EQ((co_await time_out_notifications(world.database, order_of(world), soon())).timed_out, 1);

            world.recorder.receive(receipt_of(world, id, service.id, reference, NotificationStatus::delivered));
            co_await world.settle();
            EXPECT_EQ(co_await world.status(id), NotificationStatus::temporary_failure);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM unmatched_receipts"), 0);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        },
        without_receipts());
}

TEST(TimeOutNotifications, AMessageAwaitedUnderTwoReferencesEndsOnce)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            co_await hand_over(world, service, 1);
            co_await world.database.run_script(
                "INSERT INTO awaiting_receipts (provider, reference, service_id, notification_id, look_up_at, "
                "handed_over_at) SELECT provider, 'another', service_id, notification_id, look_up_at, handed_over_at "
                "FROM awaiting_receipts",
                soon());
            world.clock.advance(kTimeOut);
            const auto counts = co_await time_out_notifications(world.database, order_of(world, 1), soon());
            EXPECT_EQ(counts.taken, 2);
            EXPECT_EQ(counts.timed_out, 1);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events WHERE kind = 14"), 1);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        },
        without_receipts());
}

// A receipt that is being recorded holds its row: it decides, and nobody waits for it.
TEST(TimeOutNotifications, LeavesWhatAReceiptIsAboutToDecide)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto ids = co_await hand_over(world, service, 2);
            world.clock.advance(kTimeOut);
            constexpr pg::Statement kHold{"t_hold",
                                          "SELECT FROM awaiting_receipts WHERE notification_id = $1 FOR UPDATE"};
            auto receipt = co_await world.database.begin(soon());
            co_await receipt.execute(kHold, pg::Params::of(ids[0]), soon());
            EXPECT_EQ((co_await time_out_notifications(world.database, order_of(world), soon())).timed_out, 1);
            co_await receipt.rollback(soon());
            EXPECT_EQ(co_await world.status(ids[0]), NotificationStatus::sending);
            EXPECT_EQ((co_await time_out_notifications(world.database, order_of(world), soon())).timed_out, 1);
        },
        without_receipts());
}

}  // namespace
}  // namespace herald
