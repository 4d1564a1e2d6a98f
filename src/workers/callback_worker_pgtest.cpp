#include "workers/callback_worker.hpp"

#include <semaphore>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/trace_context.hpp"
#include "operations/callback_signature.hpp"
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
using testing::pass_time;
using testing::set_callback;
using testing::soon;
using testing::WorldMessage;

TEST(CallbackWorker, TellsTheServiceInTheWordsOfTheFamily)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, "thanks"); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            const auto secret = co_await set_callback(world, service, imposter.url("/told?x=1"));
            const std::string message_trace = "4bf92f3577b34da6a3ce929d0e0e4736";
            WorldMessage message(service, "Ada@example.gov");
            message.reference = "ref é";
            message.trace_id = message_trace;
            const auto email = co_await world.accept(std::move(message), world.writer);
            world.clock.advance(seconds(90));
            co_await world.deliver();
            const auto counts = co_await callbacks.worker.run_once();

            EXPECT_EQ(counts.claimed, 1U);
            const auto requests = imposter.requests();
            EXPECT_EQ(requests.size(), 1U);
            EXPECT_EQ(requests[0].line(), "POST /told?x=1 HTTP/1.1");
            EXPECT_EQ(requests[0].header("Content-Type"), "application/json");
            EXPECT_EQ(requests[0].header("Authorization"), "Bearer token-of-the-service");
            EXPECT_EQ(requests[0].header("Herald-Signature"),
                      callback_signature(secret, world.clock.now(), requests[0].body));
            EXPECT_EQ(requests[0].header("X-B3-TraceId"), message_trace) << "of the request that it came with";
            EXPECT_EQ(read_traceparent(requests[0].header("traceparent").value_or("")), message_trace);
            const json::value expected = {
                {"id", email.to_string()},
                {"reference", "ref é"},
                {"to", "Ada@example.gov"},
                {"status", "delivered"},
                {"created_at", "2026-06-15T15:00:00.000000Z"},
                {"completed_at", "2026-06-15T15:01:30.000000Z"},
                {"sent_at", "2026-06-15T15:01:30.000000Z"},
                {"notification_type", "email"},
                {"template_id", service.email.to_string()},
                {"template_version", 1},
            };
            EXPECT_EQ(json::parse(requests[0].body), expected);
            const auto events = co_await world.events(email);
            EXPECT_EQ(events.back(), EventKind::callback_delivered);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

TEST(CallbackWorker, TriesFiveTimesFiveMinutesApartAfterAServerError)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(503, "busy"); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            auto options = Callbacks::options(true);
            options.pause_after = std::chrono::hours(1);  // a pause would keep it
            Callbacks callbacks(world, co_await asio::this_coro::executor, options, {});
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            for (int attempt = 1; attempt <= 5; ++attempt)
            {
                co_await callbacks.worker.run_once();
                EXPECT_EQ(imposter.requests().size(), static_cast<std::size_t>(attempt));
                co_await pass_time(world, seconds(299));
                const auto early = co_await callbacks.worker.run_once();
                EXPECT_EQ(early.claimed, 0U);
                co_await pass_time(world, seconds(1));
            }
            const auto after = co_await callbacks.worker.run_once();
            EXPECT_EQ(after.claimed, 0U);
            const auto events = co_await world.events(email);
            EXPECT_EQ(std::ranges::count(events, EventKind::callback_failed), 4);
            EXPECT_EQ(events.back(), EventKind::callback_gave_up);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

struct Answer
{
    const char* name;
    HttpImposter::Script script;
    EventKind kind;
};

class CallbackAnswer : public ::testing::TestWithParam<Answer>
{
};

TEST_P(CallbackAnswer, DecidesWhetherItIsTriedAgain)
{
    HttpImposter imposter(GetParam().script);
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            co_await callbacks.worker.run_once();
            EXPECT_EQ((co_await world.events(email)).back(), GetParam().kind);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"),
                      GetParam().kind == EventKind::callback_failed ? 1 : 0);
        });
}

INSTANTIATE_TEST_SUITE_P(
    All, CallbackAnswer,
    ::testing::Values(Answer{"Created", [](auto& c) { c.answer(201, ""); }, EventKind::callback_delivered},
                      Answer{"TooManyRequests", [](auto& c) { c.answer(429, ""); }, EventKind::callback_failed},
                      Answer{"BadGateway", [](auto& c) { c.answer(502, ""); }, EventKind::callback_failed},
                      Answer{"NoAnswerInTime", [](auto& c) { c.hang(); }, EventKind::callback_failed},
                      Answer{"Reset", [](auto& c) { c.reset(); }, EventKind::callback_failed},
                      Answer{"EndlessAnswer",
                             [](auto& c)
                             {
                                 c.send("HTTP/1.1 200 Said\r\n\r\n");
                                 while (c.send(std::string(8192, 'x')))
                                 {
                                 }
                             },
                             EventKind::callback_delivered},
                      Answer{"NotFound", [](auto& c) { c.answer(404, ""); }, EventKind::callback_gave_up},
                      Answer{"Forbidden", [](auto& c) { c.answer(403, ""); }, EventKind::callback_gave_up},
                      Answer{"Redirect", [](auto& c) { c.answer(302, "", "Location: http://127.0.0.1:1/\r\n"); },
                             EventKind::callback_gave_up}),
    [](const auto& info) { return info.param.name; });

TEST(CallbackWorker, RefusesAPrivateAddress)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor, false);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            co_await callbacks.worker.run_once();
            EXPECT_EQ(imposter.connections(), 0);
            EXPECT_EQ((co_await world.events(email)).back(), EventKind::callback_failed);
        });
}

TEST(CallbackWorker, GivesUpWhenTheCallbackOrTheServiceIsGone)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto deleted = co_await world.add_service();
            const auto archived = co_await world.add_service();
            co_await set_callback(world, deleted, imposter.url());
            co_await set_callback(world, archived, imposter.url());
            const auto first = co_await world.accept(deleted);
            const auto second = co_await world.accept(archived);
            co_await world.deliver();
            co_await world.database.run_script(
                "DELETE FROM service_callbacks WHERE service_id = '" + deleted.id.to_string() +
                    "'; UPDATE services SET active = false WHERE id = '" + archived.id.to_string() + "'",
                soon());
            const auto counts = co_await callbacks.worker.run_once();
            EXPECT_EQ(counts.recorded, 2U);
            EXPECT_EQ((co_await world.events(first)).back(), EventKind::callback_gave_up);
            EXPECT_EQ((co_await world.events(second)).back(), EventKind::callback_gave_up);
            EXPECT_EQ(imposter.connections(), 0);
        });
}

// The database goes away while results are recorded, and takes all but one of them when it is back.
TEST(CallbackWorker, RecordsWhatWasCalledWhenTheDatabaseIsBackAndWithoutTheOneItRefuses)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            for (int i = 0; i < 8; ++i) co_await world.accept(service);
            co_await world.deliver();
            co_await world.database.run_script(
                "CREATE SEQUENCE tries; CREATE FUNCTION try() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF nextval('tries') <= 3 THEN RAISE EXCEPTION 'away' USING ERRCODE = '57P03'; END IF; "
                "IF old.subject_id = (SELECT max(subject_id::text)::uuid FROM callback_tasks) THEN "
                "RAISE EXCEPTION 'no' USING ERRCODE = '22000'; END IF; RETURN old; END $$; "
                "CREATE TRIGGER try BEFORE DELETE ON callback_tasks FOR EACH ROW EXECUTE FUNCTION try()",
                soon());
            const auto counts = co_await callbacks.worker.run_once();
            EXPECT_EQ(counts.claimed, 8U);
            EXPECT_EQ(counts.recorded, 7U);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 1);
        });
}

TEST(CallbackWorker, ATaskIsLeasedForLongerThanItsTryMayTake)
{
    CallbackOptions options;
    options.timeout = std::chrono::hours(1);
    EXPECT_GT(options.lease(), options.timeout + options.record.commit_timeout);
    options.inbound_timeout = std::chrono::hours(2);
    EXPECT_GT(options.lease(), options.inbound_timeout + options.record.commit_timeout);
}

// A worker that dies between claim and record: its lease ends, another takes over, and what the dead one still says is
// void.
TEST(CallbackWorker, ATaskOfADeadWorkerIsTakenOverWhenItsLeaseEnds)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            co_await world.accept(service);
            co_await world.deliver();
            auto held = co_await callbacks.operation.claim({}, soon());
            EXPECT_EQ(held.size(), 1U);
            const auto lease = std::chrono::duration_cast<seconds>(Callbacks::options(true).lease());
            co_await pass_time(world, lease - seconds(30));
            const auto early = co_await callbacks.worker.run_once();
            EXPECT_EQ(early.claimed, 0U);
            co_await pass_time(world, seconds(31));
            const auto taken_over = co_await callbacks.operation.claim({}, soon());
            EXPECT_EQ(taken_over.size(), 1U);
            EXPECT_GT(taken_over[0].fence, held[0].fence);
            EXPECT_EQ(taken_over[0].attempt, 1);
            const auto late = co_await callbacks.operation.call(std::move(held[0]));
            EXPECT_EQ(late, std::nullopt);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 1);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_attempts"), 0);
            const auto told = co_await callbacks.operation.call(taken_over[0]);
            EXPECT_EQ(told, CallbackOutcome::told);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

TEST(CallbackWorker, ASlowServiceDoesNotHoldUpAnother)
{
    HttpImposter slow([](HttpImposter::Connection& connection) { connection.hang(); });
    HttpImposter quick([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            CallbackWorker::Options options;
            options.concurrency = 6;
            options.per_endpoint = 4;
            Callbacks callbacks(world, executor, true, options);
            const auto crowd = co_await world.add_service();
            const auto other = co_await world.add_service();
            co_await set_callback(world, crowd, slow.url());
            co_await set_callback(world, other, quick.url());
            for (int i = 0; i < 40; ++i) co_await world.accept(crowd);
            for (int i = 0; i < 10; ++i) co_await world.accept(other);
            while ((co_await world.deliver()).claimed > 0)
            {
            }
            StopSource stop(executor);
            TaskScope running(executor);
            const auto started = std::chrono::steady_clock::now();
            running.spawn("worker", callbacks.worker.run(stop.token()));
            for (testing::Looks looks; quick.requests().size() < 10;) co_await looks.again();
            // Well before the slow ones have had their time, one after the other.
            EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(2));
            EXPECT_LE(slow.requests().size(), 40U);
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks t JOIN service_callbacks s USING "
                                            "(service_id) WHERE s.url = '" +
                                            quick.url() + "'"),
                      0);
        });
}

// Each claim has its price: a worker that is full makes one when an eighth of its places are free, not for each that
// is.
TEST(CallbackWorker, ClaimsForSeveralPlacesAtOnceWhenItWasFull)
{
    std::counting_semaphore<> answers(0);
    HttpImposter imposter(
        [&](HttpImposter::Connection& connection)
        {
            if (answers.try_acquire_for(seconds(30))) connection.answer(200, "");
        });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            auto options = Callbacks::options(true);
            options.timeout = seconds(30);
            CallbackWorker::Options places;
            places.concurrency = 16;
            places.per_endpoint = 100;
            places.poll = std::chrono::minutes(10);
            Callbacks callbacks(world, executor, options, places);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            for (int i = 0; i < 18; ++i) co_await world.accept(service);
            while ((co_await world.deliver()).claimed > 0)
            {
            }
            co_await world.database.run_script(
                "CREATE TABLE claims (by xid8); CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$ "
                "BEGIN INSERT INTO claims VALUES (pg_current_xact_id()); RETURN new; END $$; "
                "CREATE TRIGGER note_claim BEFORE UPDATE OF fence ON callback_tasks FOR EACH ROW "
                "EXECUTE FUNCTION note_claim()",
                soon());
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("worker", callbacks.worker.run(stop.token()));
            for (testing::Looks looks; imposter.requests().size() < 16;) co_await looks.again();
            answers.release();
            for (testing::Looks looks; co_await world.number("SELECT count(*) FROM callback_tasks") > 17;)
                co_await looks.again();
            answers.release();
            for (testing::Looks looks; imposter.requests().size() < 18;) co_await looks.again();
            EXPECT_EQ(co_await world.number("SELECT count(DISTINCT by) FROM claims"), 2);
            answers.release(16);
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

TEST(CallbackWorker, IsWokenByTheCommitThatOwesACallback)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            CallbackWorker::Options options;
            options.poll = std::chrono::minutes(10);  // only the hook can wake it
            Callbacks callbacks(world, executor, true, options);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("worker", callbacks.worker.run(stop.token()));
            co_await world.accept(service);
            co_await world.deliver();
            for (testing::Looks looks; imposter.requests().empty();) co_await looks.again();
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

}  // namespace
}  // namespace herald
