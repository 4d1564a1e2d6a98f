// Complaints and texts that came in: what a service is told of them, and when it is tried again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "operations/inbound_contents.hpp"
#include "storage/callback_store.hpp"
#include "tests/support/callback_world.hpp"
#include "tests/support/http_imposter.hpp"

namespace herald
{
namespace
{

using test::HttpImposter;
using testing::Callbacks;
using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::set_callback;
using testing::soon;
using testing::WorldMessage;
using testing::WorldService;

constexpr pg::Statement kAddComplaint{
    "t_add_complaint",
    "INSERT INTO complaints (service_id, id, notification_id, provider, complained_at, created_at) "
    "VALUES ($1::uuid, $2::uuid, $3::uuid, 'ses', $4::timestamptz, $4::timestamptz)"};
constexpr pg::Statement kAddInbound{
    "t_add_inbound",
    "INSERT INTO inbound_sms (service_id, id, notify_number, sealed, provider, provider_date, created_at, purge_on, "
    "local_date) VALUES ($1::uuid, $2::uuid, '18005550100', $3::bytea, 'sns', $4::timestamptz, $4::timestamptz, "
    "'2026-06-23', '2026-06-15')"};

// Where the service has set a callback of this type.
Task<> owe(pg::Transaction& transaction, const WorldService& service, const std::string& type, Uuid subject)
{
    co_await transaction.run_script(
        "INSERT INTO callback_tasks (service_id, callback_type, subject_id) SELECT service_id, callback_type, '" +
            subject.to_string() + "' FROM service_callbacks WHERE service_id = '" + service.id.to_string() +
            "' AND callback_type = '" + type + "'",
        soon());
}

// A complaint of that message, owed in the transaction that stores it.
Task<Uuid> complain(DeliveryWorld& world, const WorldService& service, NotificationId message)
{
    const Uuid id = make_uuid_v4();
    auto transaction = co_await world.database.begin(soon());
    auto params = pg::Params::of(service.id, id, message, world.clock.now());
    co_await transaction.execute(kAddComplaint, std::move(params), soon());
    co_await owe(transaction, service, "complaint", id);
    co_await transaction.commit(soon());
    co_return id;
}

Task<Uuid> receive_text(DeliveryWorld& world, const WorldService& service)
{
    const InboundSmsId id{make_uuid_v4()};
    const InboundContents contents{"+12025550123", "Stop 🛑"};
    const pg::Bytes sealed{seal_inbound(world.keys, id, contents)};
    auto transaction = co_await world.database.begin(soon());
    auto params = pg::Params::of(service.id, id, sealed, world.clock.now());
    co_await transaction.execute(kAddInbound, std::move(params), soon());
    co_await owe(transaction, service, "inbound_sms", id.value);
    co_await transaction.commit(soon());
    co_return id.value;
}

TEST(CallbackTypes, AComplaintIsToldInTheWordsOfTheFamily)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url(), "complaint");
            WorldMessage message(service, "Ada@example.gov");
            message.reference = "ref";
            const auto email = co_await world.accept(std::move(message), world.writer);
            co_await world.deliver();  // owes nothing: no callback for the status is set
            const auto complaint = co_await complain(world, service, email);
            co_await callbacks.worker.run_once();
            const auto requests = imposter.requests();
            EXPECT_EQ(requests.size(), 1U);
            const json::value expected = {
                {"notification_id", email.to_string()},
                {"complaint_id", complaint.to_string()},
                {"reference", "ref"},
                {"to", "Ada@example.gov"},
                {"complaint_date", "2026-06-15T15:00:00.000000Z"},
            };
            EXPECT_EQ(json::parse(requests[0].body), expected);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
            const auto log = co_await CallbackStore(world.database).list_attempts(service.id, email, 10, soon());
            EXPECT_EQ(log.size(), 1U);
            EXPECT_EQ(log[0].type, CallbackType::complaint);
            EXPECT_EQ(log[0].subject_id, complaint);
            EXPECT_EQ(log[0].outcome, CallbackOutcome::told);
            EXPECT_EQ(log[0].status, std::int16_t{200});
        });
}

TEST(CallbackTypes, AComplaintIsToldAlsoWhenTheRecipientIsPurged)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url(), "complaint");
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            co_await complain(world, service, email);
            co_await world.database.run_script("DELETE FROM notification_contents", soon());
            co_await callbacks.worker.run_once();
            EXPECT_TRUE(json::parse(imposter.requests().at(0).body).at("to").is_null());
        });
}

TEST(CallbackTypes, ATextThatCameInIsToldInTheWordsOfTheFamily)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url(), "inbound_sms");
            const auto id = co_await receive_text(world, service);
            co_await callbacks.worker.run_once();
            const json::value expected = {
                {"id", id.to_string()},
                {"source_number", "+12025550123"},
                {"destination_number", "18005550100"},
                {"message", "Stop 🛑"},
                {"date_received", "2026-06-15T15:00:00.000000Z"},
            };
            EXPECT_EQ(json::parse(imposter.requests().at(0).body), expected);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_attempts WHERE notification_id IS NULL"), 1);
        });
}

TEST(CallbackTypes, ATextIsNotTriedAgainForTooManyRequests)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(429, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url(), "inbound_sms");
            co_await set_callback(world, service, imposter.url(), "complaint");
            const auto email = co_await world.accept(service);
            co_await receive_text(world, service);
            co_await complain(world, service, email);
            co_await callbacks.worker.run_once();
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks WHERE callback_type = 'inbound_sms'"),
                      0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks WHERE callback_type = 'complaint'"),
                      1);
        });
}

// An inbound text may take a minute to be taken in, a complaint five seconds.
TEST(CallbackTypes, ATextHasATimeLimitOfItsOwn)
{
    HttpImposter imposter(
        [](HttpImposter::Connection& connection)
        {
            if (connection.request.body.find("source_number") == std::string::npos) connection.hang();
            connection.answer(200, "");
        });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            auto options = Callbacks::options(true);
            options.timeout = milliseconds(50);
            options.inbound_timeout = seconds(30);
            Callbacks callbacks(world, co_await asio::this_coro::executor, options, {});
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url(), "inbound_sms");
            co_await set_callback(world, service, imposter.url(), "complaint");
            const auto email = co_await world.accept(service);
            co_await receive_text(world, service);
            co_await complain(world, service, email);
            co_await callbacks.worker.run_once();
            const auto log = co_await CallbackStore(world.database).list_attempts(service.id, std::nullopt, 10, soon());
            EXPECT_EQ(log.size(), 2U);
            for (const auto& attempt : log)
            {
                const bool is_text = attempt.type == CallbackType::inbound_sms;
                EXPECT_EQ(attempt.outcome, is_text ? CallbackOutcome::told : CallbackOutcome::retry);
                EXPECT_EQ(attempt.status.has_value(), is_text);
            }
        });
}

TEST(CallbackTypes, NothingIsOwedWhereNoSuchCallbackIsSet)
{
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, "https://town.example/", "complaint");
            co_await receive_text(world, service);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

// What there was to tell is gone: no call, and no blame of the endpoint.
TEST(CallbackTypes, WhatIsGoneIsGivenUp)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            for (const auto* type : {"delivery_status", "complaint", "inbound_sms"})
            {
                co_await set_callback(world, service, imposter.url(), type);
                co_await testing::owe_phantoms(world, service, type, 2);
            }
            co_await callbacks.worker.run_once();
            EXPECT_EQ(imposter.connections(), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_attempts WHERE outcome = 3"), 6);
            EXPECT_EQ(co_await world.number("SELECT sum(failures) FROM service_callbacks"), 0);
        });
}

}  // namespace
}  // namespace herald
