#include "operations/rotate_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/inbound_contents.hpp"
#include "operations/manage_callbacks.hpp"
#include "operations/notification_contents.hpp"
#include "operations/receive_receipts.hpp"
#include "operations/seed_demo.hpp"
#include "operations/suppress_recipients.hpp"
#include "storage/notification_store.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using testing::manage;
using testing::soon;
using testing::test_keys;
using testing::with_database;

const RotationOptions kSmallBatches{.batch = 2};
const RotationOptions kRowByRow{.batch = 1};
const auto kNoProgress = [](const RotationCount&) {};

std::int64_t resealed(const RotationReport& report)
{
    std::int64_t sum = 0;
    for (const auto& count : report.counts) sum += count.resealed;
    return sum;
}

ProviderReport read_nothing(std::string_view, ReceiptKind, std::string_view, Instant)
{
    return {"ignored", {}};
}

Task<> receive_something(Desk& desk)
{
    const ReceiveReceipts::Options options;
    ReceiveReceipts receive(desk.database, test_keys(), desk.clock, desk.zone, read_nothing, desk.scope,
                            co_await asio::this_coro::executor, options);
    ReceivedEvent event;
    event.provider = "ses";
    event.body = "an event";
    co_await receive.receive(std::move(event), soon());
}

// Something in every sealed column: a message, its kept answer, keys, a callback, a received text, a suppression and
// what a provider told.
Task<NotificationId> fill(pg::Database& database)
{
    const auto demo = co_await seed_demo(database, test_keys(), testing::kTestNow, soon());
    CallbackWish wish;
    wish.url = "https://town.example/receipts";
    wish.bearer_token = "0123456789";
    co_await set_callback(manage(database), demo.demo.service_id, std::move(wish));
    Desk desk(database, co_await asio::this_coro::executor);
    const auto service = co_await desk.add_service(Desk::live_service());
    auto request = desk.text_to(service, "+12028675309");
    request.idempotency_key = "once";
    const auto sent = co_await desk.send(service, service.normal, std::move(request));
    SuppressionWish whom{service.service.id, Channel::email, "ada@town.example", SuppressionReason::complaint,
                         std::nullopt};
    auto transaction = co_await database.begin(soon());
    co_await suppress_recipient(transaction, test_keys(), std::move(whom), std::nullopt, testing::kTestNow, soon());
    co_await transaction.commit(soon());
    co_await receive_something(desk);
    co_await desk.close();
    co_return NotificationId::parse(sent.value_or("")).value_or(NotificationId{});
}

Task<std::string> recipient_of(pg::Database& database, const KeyRing& keys, NotificationId id)
{
    const pg::Statement query{"test_sealed",
                              "SELECT sealed FROM notification_contents WHERE notification_id = $1::uuid"};
    const auto rows = co_await database.execute(query, pg::Params::of(id), soon());
    const auto contents = open_contents(keys, id, rows.get<pg::Bytes>(0, "sealed").value);
    co_return contents ? contents->to : contents.error().message;
}

TEST(RotateKeys, ReplacesTheKeyOfEverythingAndLosesNothing)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await fill(database);
            const KeyRing both = test_keys().with_new_key();
            const auto report = co_await rotate_keys(database, both, kSmallBatches, kNoProgress);
            EXPECT_EQ(report.current_key, both.current_id());
            EXPECT_TRUE(report.only_current_in_use());
            for (const auto& count : report.counts)
            {
                EXPECT_GT(count.resealed, 0) << count.place;
                EXPECT_EQ(count.unreadable, 0) << count.place;
            }
            const auto text = both.to_text();
            const auto new_only = KeyRing::parse(text.substr(text.find(',') + 1)).value();
            const auto recipient = co_await recipient_of(database, new_only, id);
            EXPECT_EQ(recipient, "+12028675309");
            // The seeded keys open with the new key alone, or this would throw; and they are the same as before.
            const auto again = co_await seed_demo(database, new_only, testing::kTestNow, soon());
            EXPECT_FALSE(again.demo.keys.normal.empty());
            NotificationStore notifications(database);
            const auto received = co_await notifications.list_received(again.demo.service_id, std::nullopt,
                                                                       utc_date(testing::kTestNow), 10, soon());
            EXPECT_TRUE(open_inbound(new_only, received.at(0).id, received.at(0).sealed).has_value());
            // Without the key that it was hashed with, the suppressed address is still found.
            EXPECT_EQ(recipient_hash(new_only, "ada@town.example"), recipient_hash(test_keys(), "ada@town.example"));
        });
}

TEST(RotateKeys, ASecondRunFindsNothingLeft)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await fill(database);
            const KeyRing both = test_keys().with_new_key();
            const auto first = co_await rotate_keys(database, both, kSmallBatches, kNoProgress);
            EXPECT_GT(resealed(first), 0);
            const auto second = co_await rotate_keys(database, both, kSmallBatches, kNoProgress);
            EXPECT_EQ(resealed(second), 0);
            EXPECT_TRUE(second.only_current_in_use());
        });
}

TEST(RotateKeys, GoesOnWhereItWasStopped)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await fill(database);
            const KeyRing both = test_keys().with_new_key();
            std::int64_t before = 0;
            const auto stop = [&before](const RotationCount& count)
            {
                before = count.resealed;
                throw std::runtime_error("stopped");
            };
            bool stopped = false;
            try
            {
                co_await rotate_keys(database, both, kRowByRow, stop);
            }
            catch (const std::runtime_error&)
            {
                stopped = true;
            }
            EXPECT_TRUE(stopped);
            EXPECT_EQ(before, 1);
            const auto rest = co_await rotate_keys(database, both, kRowByRow, kNoProgress);
            EXPECT_TRUE(rest.only_current_in_use());
        });
}

TEST(RotateKeys, WhatTheRingCannotOpenIsLeftAndReported)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await fill(database);
            const auto text = test_keys().with_new_key().to_text();
            const auto stranger = KeyRing::parse(text.substr(text.find(',') + 1)).value();
            const auto report = co_await rotate_keys(database, stranger, kSmallBatches, kNoProgress);
            EXPECT_EQ(resealed(report), 0);
            EXPECT_FALSE(report.only_current_in_use());
            std::int64_t unreadable = 0;
            for (const auto& count : report.counts) unreadable += count.unreadable;
            EXPECT_GT(unreadable, 0);
            const auto recipient = co_await recipient_of(database, test_keys(), id);
            EXPECT_EQ(recipient, "+12028675309");
        });
}

TEST(RotateKeys, ARowThatChangedMeanwhileIsLeftAlone)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await fill(database);
            SealedStore store(database);
            SealedRow first;
            first.key = SealedStore::kCallbacks.first_key;
            auto rows = co_await store.list_stale(SealedStore::kCallbacks, 9, first, 10, soon());
            EXPECT_EQ(rows.size(), 1U);
            if (rows.empty()) co_return;
            rows[0].sealed += "not what is there";
            std::vector<std::string> resealed_bytes{"new"};
            const auto done = co_await store.reseal(SealedStore::kCallbacks, rows, std::move(resealed_bytes), soon());
            EXPECT_EQ(done, 0);
        });
}

}  // namespace
}  // namespace herald
