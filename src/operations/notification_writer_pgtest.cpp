#include "operations/notification_writer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/utf8.hpp"
#include "sql/queries.hpp"
#include "tests/support/operations_fixture.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using testing::number;
using testing::soon;
using testing::TestDatabase;
using testing::TestService;
using testing::with_database;
using testing::with_database_at;
using testing::with_desk;

constexpr pg::Statement kNotifications{"t_notifications", "SELECT count(*) FROM notifications"};
constexpr pg::Statement kUsage{"t_usage", "SELECT coalesce(sum(count), 0)::int8 FROM daily_usage"};
constexpr pg::Statement kUsageRows{"t_usage_rows", "SELECT count(*) FROM daily_usage"};

using Counts = std::map<std::string, int>;

Task<> send_into(Desk& desk, const TestService& service, ApiKey key, MessageRequest request, Counts& counts)
{
    const auto answer = co_await desk.send(service, std::move(key), std::move(request));
    ++counts[answer ? "accepted" : answer.error().message];
    if (!answer) EXPECT_EQ(answer.error().kind, ErrorKind::too_many_requests);
}

Task<pg::Database*> open(std::unique_ptr<pg::Database>& database, const std::string& conninfo)
{
    pg::DatabaseOptions options;
    options.conninfo = conninfo;
    database = std::make_unique<pg::Database>(co_await asio::this_coro::executor, std::move(options));
    co_await database->connect(soon());
    co_return database.get();
}

Task<> expect_consistent(pg::Database& database, std::int64_t notifications)
{
    EXPECT_EQ(co_await number(database, kNotifications), notifications);
    EXPECT_EQ(co_await testing::ledger_differences(database), 0U);
}

// Two processes, 200 calls at once.
TEST(DailyLimit, IsExactOverTwoProcessesUnderParallelCalls)
{
    const TestDatabase shared;
    with_database_at(
        shared.conninfo(),
        [&shared](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            std::unique_ptr<pg::Database> second;
            co_await open(second, shared.conninfo());
            Desk left(database, executor);
            Desk right(*second, executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 73;
            const auto limited = co_await left.add_service(wanted);
            const auto neighbour = co_await left.add_service(Desk::live_service());
            Counts counts;
            Counts neighbours;
            TaskScope calls(executor);
            for (int i = 0; i < 100; ++i)
            {
                for (auto* desk : {&left, &right})
                {
                    const auto request = desk->text_to(limited, "+12028675309");
                    calls.spawn("send", send_into(*desk, limited, limited.normal, request, counts));
                    if (i % 4 != 0) continue;
                    auto other = desk->text_to(neighbour, "+12028675309");
                    calls.spawn("send", send_into(*desk, neighbour, neighbour.normal, std::move(other), neighbours));
                }
            }
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_EQ(counts, (Counts{{"accepted", 73}, {"Exceeded send limits (73) for today", 127}}));
            EXPECT_EQ(neighbours, (Counts{{"accepted", 50}}));
            EXPECT_EQ(co_await number(database, kUsage), 73 + 50);
            co_await expect_consistent(database, 73 + 50);
            co_await left.close();
            co_await right.close();
            second->close();
        });
}

TEST(DailyLimit, DoesNotCountTestKeys)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 1;
            const auto service = co_await desk.add_service(wanted);
            const auto request = desk.text_to(service, "+12028675309");
            Counts counts;
            for (int i = 0; i < 3; ++i) co_await send_into(desk, service, service.test, request, counts);
            EXPECT_EQ(counts, (Counts{{"accepted", 3}}));
            EXPECT_EQ(co_await number(database, kUsage), 0);
            for (int i = 0; i < 2; ++i) co_await send_into(desk, service, service.normal, request, counts);
            co_await send_into(desk, service, service.test, request, counts);
            EXPECT_EQ(counts, (Counts{{"accepted", 5}, {"Exceeded send limits (1) for today", 1}}));
            co_await desk.close();
        });
}

TEST(DailyLimit, OfZeroAdmitsNothing)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 0;
            const auto service = co_await desk.add_service(wanted);
            Counts counts;
            for (int i = 0; i < 2; ++i)
                co_await send_into(desk, service, service.normal, desk.text_to(service, "+12028675309"), counts);
            EXPECT_EQ(counts, (Counts{{"Exceeded send limits (0) for today", 2}}));
            co_await expect_consistent(database, 0);
            co_await desk.close();
        });
}

// The reference looks at the limit before it looks for the template.
TEST(DailyLimit, IsSaidBeforeTheTemplateOnceItIsReached)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 1;
            const auto service = co_await desk.add_service(wanted);
            auto request = desk.text_to(service, "+12028675309");
            Counts counts;
            co_await send_into(desk, service, service.normal, request, counts);
            request.template_id = TemplateId{make_uuid_v4()};
            co_await send_into(desk, service, service.normal, request, counts);
            EXPECT_EQ(counts, (Counts{{"accepted", 1}, {"Exceeded send limits (1) for today", 1}}));
            co_await desk.close();
        });
}

TEST(DailyLimit, StartsOverWithTheUtcDayAndFollowsARaise)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 1;
            const auto service = co_await desk.add_service(wanted);
            const auto request = desk.text_to(service, "+12028675309");
            desk.clock.set(parse_iso8601("2026-11-23T23:59:59Z").value());
            Counts counts;
            for (int i = 0; i < 2; ++i) co_await send_into(desk, service, service.normal, request, counts);
            EXPECT_EQ(counts["accepted"], 1);
            desk.clock.set(parse_iso8601("2026-11-24T00:00:00Z").value());
            for (int i = 0; i < 2; ++i) co_await send_into(desk, service, service.normal, request, counts);
            EXPECT_EQ(counts["accepted"], 2);
            EXPECT_EQ(co_await number(database, kUsageRows), 2);

            ServiceChange raise;
            raise.message_limit = 3;
            ServiceStore services(database, testing::test_keys());
            EXPECT_TRUE(co_await services.change_service(service.service.id, raise, desk.clock.now(), soon()));
            for (int i = 0; i < 3; ++i) co_await send_into(desk, service, service.normal, request, counts);
            EXPECT_EQ(counts, (Counts{{"accepted", 4},
                                      {"Exceeded send limits (1) for today", 2},
                                      {"Exceeded send limits (3) for today", 1}}));
            co_await desk.close();
        });
}

NewNotification row_for(const TestService& service, const Desk& desk)
{
    NewNotification row;
    row.id = NotificationId{make_uuid_v7(desk.clock.now())};
    row.service_id = service.service.id;
    row.template_id = service.sms;
    row.template_version = 1;
    row.created_at = desk.clock.now();
    row.local_date = desk.zone.date_of(row.created_at);
    row.purge_on = add_days(row.local_date, 8);
    row.sealed = "sealed";
    row.message_limit = 1000;
    return row;
}

Task<> write_into(NotificationWriter& writer, NewNotification row, std::vector<WriteOutcome>& outcomes, std::size_t at)
{
    outcomes[at] = co_await writer.write(std::move(row), soon());
}

TEST(NotificationWriter, ARowTheDatabaseRefusesDoesNotFailItsNeighbours)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Desk desk(database, executor);
            const auto service = co_await desk.add_service(Desk::live_service());
            constexpr std::size_t kRows = 60;
            std::vector<WriteOutcome> outcomes(kRows, WriteOutcome::lost_idempotency_key);
            TaskScope calls(executor);
            for (std::size_t i = 0; i < kRows; ++i)
            {
                auto row = row_for(service, desk);
                if (i % 20 == 7) row.client_reference = std::string("a\0b", 3);
                calls.spawn("write", write_into(desk.writer, std::move(row), outcomes, i));
            }
            EXPECT_TRUE(co_await calls.join(soon()));
            for (std::size_t i = 0; i < kRows; ++i)
                EXPECT_EQ(outcomes[i], i % 20 == 7 ? WriteOutcome::refused_by_database : WriteOutcome::written) << i;
            EXPECT_EQ(co_await number(database, kUsage), 57);
            EXPECT_EQ(desk.written.size(), 57U);
            co_await expect_consistent(database, 57);
            co_await desk.close();
        });
}

Task<> write_and_tell(NotificationWriter& writer, NewNotification row, std::string& told)
{
    try
    {
        told = std::to_string(static_cast<int>(co_await writer.write(std::move(row), soon())));
    }
    catch (const std::runtime_error&)
    {
        told = "unknown";
    }
}

// The batch falls apart because of one row, and the database goes away before the last part of it is written.
TEST(NotificationWriter, TellsThoseWhoseHalfWasCommittedSoWhateverBecomesOfTheOther)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Desk desk(database, executor);
            const auto service = co_await desk.add_service(Desk::live_service());
            co_await database.run_script(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING "
                "ERRCODE = new.client_reference; END $$; CREATE TRIGGER fail BEFORE INSERT ON notifications FOR EACH "
                "ROW WHEN (new.client_reference IN ('22000', '53100')) EXECUTE FUNCTION fail()",
                soon());
            TaskScope alone(executor);
            const GroupCommitOptions one_writer{.writers = 1};
            NotificationWriter writer(database, alone, executor, one_writer, [](Lane, ServiceId) {});
            // The first keeps the writer busy while the others become one batch.
            const std::array references{"first", "a", "b", "22000", "53100"};
            std::array<std::string, 5> told;
            TaskScope calls(executor);
            for (std::size_t i = 0; i < references.size(); ++i)
            {
                auto row = row_for(service, desk);
                row.client_reference = references[i];
                calls.spawn("write", write_and_tell(writer, std::move(row), told[i]));
            }
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_TRUE(co_await alone.join(soon()));
            EXPECT_THAT(told, ::testing::ElementsAre("0", "0", "0", "3", "unknown"));
            co_await expect_consistent(database, 3);
            co_await desk.close();
        });
}

// 1,000 characters of four bytes that do not compress are more than an index of PostgreSQL takes.
TEST(NotificationWriter, TakesTheLongestReferenceInAnyScript)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto row = row_for(service, desk);
            std::string reference;
            for (char32_t i = 0; i < 1000; ++i) append_utf8(reference, 0x10000 + (i * 7919) % 0xF0000);
            row.client_reference = reference;
            EXPECT_EQ(co_await desk.writer.write(row, soon()), WriteOutcome::written);
        });
}

TEST(NotificationWriter, ABrokenDatabaseIsAnExceptionNotARefusal)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            co_await database.run_script("ALTER TABLE queue_ready RENAME TO gone", soon());
            bool thrown = false;
            try
            {
                co_await desk.writer.write(row_for(service, desk), soon());
            }
            catch (const pg::SqlError& error)
            {
                thrown = true;
                EXPECT_EQ(error.sqlstate, "42P01");
            }
            EXPECT_TRUE(thrown);
        });
}

}  // namespace
}  // namespace herald
