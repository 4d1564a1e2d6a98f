#include "operations/idempotency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/operations_fixture.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using testing::kTestNow;
using testing::number;
using testing::soon;
using testing::test_keys;
using testing::TestDatabase;
using testing::TestService;
using testing::with_database;
using testing::with_database_at;
using testing::with_desk;

constexpr pg::Statement kNotifications{"t_notifications", "SELECT count(*) FROM notifications"};
constexpr pg::Statement kKeys{"t_keys", "SELECT count(*) FROM idempotency_keys"};

MessageRequest keyed(Desk& desk, const TestService& service, std::string key)
{
    auto request = desk.text_to(service, "+12028675309");
    request.idempotency_key = std::move(key);
    return request;
}

TEST(Idempotency, TheSameRequestGetsTheFirstAnswerAgain)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            const auto other = co_await desk.add_service(Desk::live_service());
            const auto first = co_await desk.send(service, service.normal, keyed(desk, service, "k-1"));
            const auto second = co_await desk.send(service, service.normal, keyed(desk, service, "k-1"));
            const auto another = co_await desk.send(service, service.normal, keyed(desk, service, "k-2"));
            const auto elsewhere = co_await desk.send(other, other.normal, keyed(desk, other, "k-1"));
            EXPECT_TRUE(first && second && another && elsewhere);
            EXPECT_EQ(first.value(), second.value());
            EXPECT_NE(first.value(), another.value());
            EXPECT_NE(first.value(), elsewhere.value());
            EXPECT_EQ(co_await number(database, kNotifications), 3);

            desk.clock.advance(std::chrono::hours(24));
            const auto tomorrow = co_await desk.send(service, service.normal, keyed(desk, service, "k-1"));
            EXPECT_NE(tomorrow.value(), first.value());
            EXPECT_EQ(co_await number(database, kNotifications), 4);
        });
}

// A live message must not be answered with what a test key had "sent".
TEST(Idempotency, AnotherBodyOrKindOfKeyIsAMismatch)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            EXPECT_TRUE(co_await desk.send(service, service.test, keyed(desk, service, "k-1")));
            auto changed = keyed(desk, service, "k-1");
            changed.body += " ";
            auto email = desk.email_to(service, "someone@example.gov");
            email.idempotency_key = "k-1";
            for (const auto& [key, request] : {std::pair(service.test, changed), std::pair(service.test, email),
                                               std::pair(service.normal, keyed(desk, service, "k-1"))})
            {
                const auto answer = co_await desk.send(service, key, request);
                EXPECT_FALSE(answer);
                if (answer) continue;
                EXPECT_EQ(answer.error().kind, ErrorKind::idempotency_mismatch);
                EXPECT_EQ(answer.error().message, "This Idempotency-Key was used with another request body");
            }
            EXPECT_EQ(co_await number(database, kNotifications), 1);
        });
}

TEST(Idempotency, ARefusedRequestMayBeSentAgain)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 1;
            const auto service = co_await desk.add_service(wanted);
            auto request = keyed(desk, service, "k-1");
            request.personalisation.clear();
            EXPECT_FALSE(co_await desk.send(service, service.normal, request));
            EXPECT_EQ(co_await number(database, kKeys), 0);
            EXPECT_TRUE(co_await desk.send(service, service.normal, keyed(desk, service, "k-1")));

            const auto over = co_await desk.send(service, service.normal, keyed(desk, service, "k-2"));
            EXPECT_EQ(over.error().kind, ErrorKind::too_many_requests);
            EXPECT_EQ(co_await number(database, kKeys), 1);
            EXPECT_TRUE(co_await desk.send(service, service.normal, keyed(desk, service, "k-1")))
                << "an answer that was given stays so, also over the limit";
            co_await desk.close();
        });
}

TEST(Idempotency, SimulatedRecipientsAreAnsweredTheSameAgain)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            auto request = desk.text_to(service, "+12028675000");
            request.idempotency_key = "k-1";
            const auto first = co_await desk.send(service, service.normal, request);
            const auto second = co_await desk.send(service, service.normal, request);
            EXPECT_TRUE(first && second);
            EXPECT_EQ(first.value(), second.value());
            EXPECT_EQ(co_await number(database, kNotifications), 0);
        });
}

TEST(Idempotency, OneInFlightIsAConflictUntilItsHolderIsGivenUp)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            IdempotencyKeys keys(database, test_keys());
            const ServiceId service{make_uuid_v4()};
            const auto first = co_await keys.claim(service, "k", "body", kTestNow, soon());
            EXPECT_TRUE(first && !first->earlier_answer);
            const auto second = co_await keys.claim(service, "k", "body", kTestNow + seconds(59), soon());
            EXPECT_FALSE(second);
            EXPECT_EQ(second.error().kind, ErrorKind::conflict);
            const auto other_body = co_await keys.claim(service, "k", "other", kTestNow + seconds(59), soon());
            EXPECT_EQ(other_body.error().kind, ErrorKind::idempotency_mismatch);

            const auto heir = co_await keys.claim(service, "k", "body", kTestNow + seconds(60), soon());
            EXPECT_TRUE(heir && !heir->earlier_answer);
            co_await keys.release(service, "k", first->holder, soon());
            EXPECT_EQ(co_await number(database, kKeys), 1) << "it is not the first one's to release";
            co_await keys.answer(service, "k", first->holder, "late", soon());
            co_await keys.answer(service, "k", heir->holder, "the answer", soon());
            const auto third = co_await keys.claim(service, "k", "body", kTestNow + seconds(200), soon());
            EXPECT_EQ(third->earlier_answer, "the answer");
        });
}

// The first holder was slow, another took over: the slow one must write nothing and answer nothing.
TEST(Idempotency, AHolderThatLostItsKeyWritesNothing)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            NewNotification row;
            row.id = NotificationId{make_uuid_v7(kTestNow)};
            row.service_id = service.service.id;
            row.template_id = service.sms;
            row.created_at = kTestNow;
            row.local_date = row.purge_on = utc_date(kTestNow);
            row.sealed = "sealed";
            row.message_limit = 10;
            const auto slow =
                co_await desk.idempotency.claim(service.service.id, "k", "body", kTestNow - seconds(61), soon());
            const auto heir = co_await desk.idempotency.claim(service.service.id, "k", "body", kTestNow, soon());
            row.idempotency = IdempotentAnswer{"k", slow->holder, "answer"};
            EXPECT_EQ(co_await desk.writer.write(row, soon()), WriteOutcome::lost_idempotency_key);
            EXPECT_EQ(co_await number(database, kNotifications), 0);
            row.idempotency = IdempotentAnswer{"k", heir->holder, "answer"};
            EXPECT_EQ(co_await desk.writer.write(row, soon()), WriteOutcome::written);
            EXPECT_FALSE(desk.writer.has_reached_daily_limit(service.service, kTestNow));
        });
}

TEST(Idempotency, KeysArePrintableAsciiOfBoundedLength)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            IdempotencyKeys keys(database, test_keys());
            const ServiceId service{make_uuid_v4()};
            for (const auto& key : {std::string(), std::string("a b"), std::string("é"), std::string("a\nb"),
                                    std::string("a\0b", 3), std::string(256, 'k')})
            {
                const auto claim = co_await keys.claim(service, key, "body", kTestNow, soon());
                EXPECT_FALSE(claim);
                if (!claim) EXPECT_EQ(claim.error().kind, ErrorKind::validation);
            }
            EXPECT_TRUE(co_await keys.claim(service, std::string(255, 'k'), "body", kTestNow, soon()));
        });
}

struct Seen
{
    std::set<std::string> ids;
    int conflicts = 0;
    int others = 0;
};

Task<> send_into(Desk& desk, const TestService& service, std::string key, Seen& seen)
{
    const auto answer = co_await desk.send(service, service.normal, keyed(desk, service, std::move(key)));
    if (answer)
        seen.ids.insert(*answer);
    else if (answer.error().kind == ErrorKind::conflict)
        ++seen.conflicts;
    else
        ++seen.others;
}

TEST(Idempotency, IsExactOverTwoProcessesUnderParallelCalls)
{
    const TestDatabase shared;
    with_database_at(shared.conninfo(),
                     [&shared](pg::Database& database) -> Task<>
                     {
                         const auto executor = co_await asio::this_coro::executor;
                         pg::DatabaseOptions options;
                         options.conninfo = shared.conninfo();
                         pg::Database second(executor, options);
                         co_await second.connect(soon());
                         Desk left(database, executor);
                         Desk right(second, executor);
                         const auto service = co_await left.add_service(Desk::live_service());
                         std::vector<Seen> seen(10);
                         TaskScope calls(executor);
                         for (int round = 0; round < 12; ++round)
                             for (std::size_t key = 0; key < seen.size(); ++key)
                                 calls.spawn("send", send_into(round % 2 == 0 ? left : right, service,
                                                               "k" + std::to_string(key), seen[key]));
                         EXPECT_TRUE(co_await calls.join(soon()));
                         for (const auto& one : seen)
                         {
                             EXPECT_EQ(one.ids.size(), 1U);
                             EXPECT_EQ(one.others, 0);
                         }
                         EXPECT_EQ(co_await number(database, kNotifications), 10);
                         co_await left.close();
                         co_await right.close();
                         second.close();
                     });
}

}  // namespace
}  // namespace herald
