#include "ops/scheduler.hpp"

#include <gtest/gtest.h>
#include <prometheus/gauge.h>

#include <array>
#include <cmath>

#include "base/metrics.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::TestDatabase;
using testing::with_database_at;

constexpr std::int64_t kLock = 4711;
constexpr Instant kStart = Instant(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(15));

int g_runs = 0;  // of count_runs
bool g_fail = false;
std::vector<std::string> g_days;  // of the daily tasks: name, date and now

Task<std::int64_t> count_runs(TaskContext&, const TaskRun&)
{
    ++g_runs;
    if (g_fail) throw std::runtime_error("told to fail");
    co_return 1;
}

Task<std::int64_t> note_day(std::string name, const TaskRun& run)
{
    g_days.push_back(name + " " + format_date(run.date) + " " + format_v2(run.now).substr(0, 16));
    if (g_fail) throw std::runtime_error("told to fail");
    co_return 1;
}

Task<std::int64_t> first_daily(TaskContext&, const TaskRun& run)
{
    return note_day("first", run);
}

Task<std::int64_t> second_daily(TaskContext&, const TaskRun& run)
{
    g_days.push_back("second " + format_date(run.date));
    co_return 1;
}

constexpr ScheduledTask kHourly{.name = "count_hourly",
                                .help = "for tests",
                                .time = every(std::chrono::hours(1)),
                                .timeout = seconds(60),
                                .run = count_runs};

constexpr ScheduledTask daily(int hour, int minute)
{
    return {.name = "first",
            .help = "for tests",
            .time = daily_at(hour, minute),
            .timeout = seconds(60),
            .run = first_daily};
}

constexpr ScheduledTask kSecond{.name = "second",
                                .help = "for tests",
                                .time = daily_at(1, 0),
                                .timeout = seconds(60),
                                .run = second_daily,
                                .after = {"first"}};

pg::DatabaseOptions at(const TestDatabase& database)
{
    pg::DatabaseOptions options;
    options.conninfo = database.conninfo();
    return options;
}

class SchedulerTest : public ::testing::Test
{
protected:
    void SetUp() override
    {
        g_runs = 0;
        g_fail = false;
        g_days.clear();
    }
    // Each of two processes with its own leader and scheduler.
    struct Process
    {
        Process(const SchedulerTest& test, pg::Database& database, asio::any_io_executor executor,
                std::span<const ScheduledTask> tasks, Scheduler::Options options = fast())
            : leader(executor, at(test.database), kLock),
              locks(executor, at(test.database)),
              runner(TaskContext{database, test.zone}, locks, test.clock, nullptr, {.holder = "test"}),
              scheduler(executor, leader, runner, test.clock, tasks, options)
        {
        }
        static Scheduler::Options fast()
        {
            Scheduler::Options options;
            options.tick = milliseconds(2);
            options.stand_by = milliseconds(5);
            return options;
        }
        Leader leader;
        TaskLocks locks;
        TaskRunner runner;
        Scheduler scheduler;
    };
    void run(const std::function<Task<>(pg::Database&, asio::any_io_executor)>& body)
    {
        with_database_at(database.conninfo(), [&](pg::Database& connected) -> Task<>
                         { co_await body(connected, co_await asio::this_coro::executor); });
    }

    TestDatabase database;
    FakeClock clock{kStart};
    TimeZone zone{"America/New_York"};
};

TEST_F(SchedulerTest, RunsWhatIsDueAndNothingElse)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process process(*this, db, executor, std::span(&kHourly, 1));
            const auto first = co_await process.scheduler.run_once();
            EXPECT_TRUE(first.leads);
            EXPECT_EQ(first.ran, 1U);
            const auto second = co_await process.scheduler.run_once();
            EXPECT_EQ(second.ran, 0U);
            clock.advance(std::chrono::hours(1));
            const auto third = co_await process.scheduler.run_once();
            EXPECT_EQ(third.ran, 1U);
        });
}

TEST_F(SchedulerTest, TriesATaskThatFailedAgainAfterFiveMinutes)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process process(*this, db, executor, std::span(&kHourly, 1));
            g_fail = true;
            const auto failed = co_await process.scheduler.run_once();
            EXPECT_EQ(failed.failed, 1U);
            g_fail = false;
            clock.advance(std::chrono::minutes(5));
            const auto again = co_await process.scheduler.run_once();
            EXPECT_EQ(again.ran, 1U);
        });
}

TEST_F(SchedulerTest, OneLeadsAndAnotherTakesOverWhenItResigns)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process first(*this, db, executor, std::span(&kHourly, 1));
            Process second(*this, db, executor, std::span(&kHourly, 1));
            EXPECT_TRUE((co_await first.scheduler.run_once()).leads);
            EXPECT_FALSE((co_await second.scheduler.run_once()).leads);
            EXPECT_EQ(g_runs, 1);
            co_await first.leader.resign(soon());
            // It goes on from where the first one was.
            EXPECT_TRUE((co_await second.scheduler.run_once()).leads);
            EXPECT_FALSE((co_await first.scheduler.run_once()).leads);
            EXPECT_EQ(g_runs, 1);
            clock.advance(std::chrono::hours(1));
            co_await second.scheduler.run_once();
            EXPECT_EQ(g_runs, 2);
        });
}

TEST_F(SchedulerTest, LosesTheLeadWithItsConnection)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process first(*this, db, executor, std::span(&kHourly, 1));
            Process second(*this, db, executor, std::span(&kHourly, 1));
            EXPECT_TRUE(co_await first.leader.lead(soon()));
            co_await db.run_script(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted", soon());
            EXPECT_TRUE(co_await second.leader.lead(soon()));
            EXPECT_FALSE(co_await first.leader.lead(soon()));
        });
}

TEST_F(SchedulerTest, TellsNoGaugeOfTheWholeWhenItLeadsNoMore)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            const std::array tasks{*find_scheduled_task("measure_queue"), *find_scheduled_task("check_ledger")};
            const auto& depth = metrics::gauge("herald_queue_depth", "", {{"lane", "normal"}});
            const auto& differences = metrics::gauge("herald_ledger_differences", "");
            Process first(*this, db, executor, tasks);
            Process second(*this, db, executor, tasks);
            co_await first.scheduler.run_once();
            clock.advance(std::chrono::hours(1));
            co_await first.scheduler.run_once();
            EXPECT_EQ(depth.Value(), 0);
            EXPECT_EQ(differences.Value(), 0);
            co_await first.leader.resign(soon());
            EXPECT_TRUE(co_await second.leader.lead(soon()));
            EXPECT_FALSE((co_await first.scheduler.run_once()).leads);
            EXPECT_TRUE(std::isnan(depth.Value()));
            EXPECT_TRUE(std::isnan(differences.Value()));

            // Nor when it was stopped.
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("second", second.scheduler.run(stop.token()));
            for (testing::Looks looks; std::isnan(depth.Value());) co_await looks.again();
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_TRUE(std::isnan(depth.Value()));
        });
}

TEST_F(SchedulerTest, LeadsWhileItRunsAndHandsOverWhenItIsStopped)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process first(*this, db, executor, std::span(&kHourly, 1));
            Process second(*this, db, executor, std::span(&kHourly, 1));
            StopSource stop_first(executor);
            StopSource stop_second(executor);
            TaskScope running(executor);
            running.spawn("first", first.scheduler.run(stop_first.token()));
            for (testing::Looks looks; g_runs < 1;) co_await looks.again();
            running.spawn("second", second.scheduler.run(stop_second.token()));
            EXPECT_FALSE(co_await second.leader.lead(soon()));
            clock.advance(std::chrono::hours(1));
            for (testing::Looks looks; g_runs < 2;) co_await looks.again();
            stop_first.request_stop();
            clock.advance(std::chrono::hours(1));
            for (testing::Looks looks; g_runs < 3;) co_await looks.again();
            stop_second.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
        });
}

TEST_F(SchedulerTest, AnotherLeadsWithinSecondsOfTheEndOfTheOneThatLed)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process first(*this, db, executor, std::span(&kHourly, 1));
            Process second(*this, db, executor, std::span(&kHourly, 1), Scheduler::Options());
            co_await first.scheduler.run_once();
            clock.advance(std::chrono::hours(1));
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("second", second.scheduler.run(stop.token()));
            EXPECT_FALSE(co_await second.leader.lead(soon()));
            EXPECT_EQ(g_runs, 1);
            // The first one, which never asks again, dies.
            const auto died = monotonic_now();
            co_await db.run_script(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted", soon());
            for (testing::Looks looks; g_runs < 2;) co_await looks.again();
            EXPECT_LT(monotonic_now() - died, seconds(5));
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
        });
}

TEST_F(SchedulerTest, MakesUpDaysThatNobodyWasThereForEachWithItsOwnDate)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            const std::array tasks{daily(0, 30)};
            Process process(*this, db, executor, tasks);
            co_await process.scheduler.run_once();
            EXPECT_EQ(g_days, (std::vector<std::string>{"first 2026-06-15 2026-06-15T04:30"}));
            clock.advance(std::chrono::days(3));
            g_days.clear();
            // Another process, which learns from the history what is missing.
            co_await process.leader.resign(soon());
            Process other(*this, db, executor, tasks);
            EXPECT_EQ((co_await other.scheduler.run_once()).ran, 3U);
            EXPECT_EQ(g_days, (std::vector<std::string>{"first 2026-06-16 2026-06-16T04:30",
                                                        "first 2026-06-17 2026-06-17T04:30",
                                                        "first 2026-06-18 2026-06-18T04:30"}));
            EXPECT_EQ((co_await other.scheduler.run_once()).ran, 0U);
            // A week, and no more.
            clock.advance(std::chrono::days(30));
            EXPECT_EQ((co_await other.scheduler.run_once()).ran, 8U);
        });
}

TEST_F(SchedulerTest, ADayWaitsUntilWhatItIsAfterHasSucceededForIt)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            const std::array tasks{kSecond, daily(2, 0)};  // the order of the table alone does not matter
            Process process(*this, db, executor, tasks);
            g_fail = true;
            const auto failed = co_await process.scheduler.run_once();
            EXPECT_EQ(failed.failed, 1U);
            EXPECT_EQ(failed.ran, 0U);
            g_fail = false;
            clock.advance(std::chrono::minutes(1));
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 0U);
            clock.advance(std::chrono::minutes(4));
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 1U);
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 1U);
            EXPECT_EQ(g_days.back(), "second 2026-06-15");
        });
}

TEST_F(SchedulerTest, WhatWasRunByHandIsNotRunAgainAndLetsOthersBegin)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            const std::array tasks{daily(0, 30), kSecond};
            Process process(*this, db, executor, tasks);
            g_fail = true;
            EXPECT_EQ((co_await process.scheduler.run_once()).failed, 1U);
            g_fail = false;
            TaskLocks locks(executor, at(database));
            TaskRunner by_hand(TaskContext{db, zone}, locks, clock, nullptr, {.holder = "hand"});
            EXPECT_TRUE((co_await by_hand.run(run_as_of(tasks[0], clock.now(), zone))).succeeded());
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 1U);
            EXPECT_EQ(g_days.back(), "second 2026-06-15");
            clock.advance(std::chrono::minutes(10));
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 0U);
        });
}

TEST_F(SchedulerTest, ATaskThatAnotherProcessRunsIsLeftAlone)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            Process process(*this, db, executor, std::span(&kHourly, 1));
            TaskLocks other(executor, at(database));
            EXPECT_TRUE(co_await other.try_lock("count_hourly", soon()));
            const auto busy = co_await process.scheduler.run_once();
            EXPECT_EQ(busy.ran + busy.failed, 0U);
            co_await other.unlock("count_hourly", soon());
            clock.advance(seconds(5));
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 1U);
        });
}

TEST_F(SchedulerTest, AClockThatIsSetBackRunsNothingTwiceAndHoldsNothingUp)
{
    run(
        [&](pg::Database& db, asio::any_io_executor executor) -> Task<>
        {
            const std::array tasks{kHourly, daily(0, 30)};
            Process process(*this, db, executor, tasks);
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 2U);
            for (const auto back : {std::chrono::hours(11), std::chrono::hours(24), std::chrono::hours(24 * 40)})
            {
                clock.set(kStart - back);
                EXPECT_EQ((co_await process.scheduler.run_once()).ran, 0U);
                // The one that is periodic comes a period later, not when the clock is where it was.
                clock.advance(std::chrono::hours(1));
                EXPECT_EQ((co_await process.scheduler.run_once()).ran, 1U);
            }
            // Forward over everything: once each, and the day that is new.
            clock.set(kStart + std::chrono::hours(24));
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 2U);
            EXPECT_EQ((co_await process.scheduler.run_once()).ran, 0U);
            EXPECT_EQ(g_days.size(), 2U);
        });
}

struct Change
{
    const char* zone;
    const char* from;  // a day before the clocks change
    int hour;          // of the daily task, half past
    std::vector<std::string> days;
};

// Every ten minutes of three days around each change.
TEST_F(SchedulerTest, AroundAChangeOfTheClocksDailyTasksRunOnceADayAndPeriodicOnesGoOn)
{
    const std::vector<Change> changes{
        {"America/New_York",
         "2026-03-07T05:00:00Z",
         2,
         {"first 2026-03-06 2026-03-06T07:30", "first 2026-03-07 2026-03-07T07:30", "first 2026-03-08 2026-03-08T07:00",
          "first 2026-03-09 2026-03-09T06:30"}},
        {"America/New_York",
         "2026-10-31T04:00:00Z",
         1,
         {"first 2026-10-30 2026-10-30T05:30", "first 2026-10-31 2026-10-31T05:30", "first 2026-11-01 2026-11-01T05:30",
          "first 2026-11-02 2026-11-02T06:30"}},
        {"Europe/London",
         "2026-03-28T00:00:00Z",
         1,
         {"first 2026-03-27 2026-03-27T01:30", "first 2026-03-28 2026-03-28T01:30", "first 2026-03-29 2026-03-29T01:00",
          "first 2026-03-30 2026-03-30T00:30"}},
        {"Europe/London",
         "2026-10-23T23:00:00Z",
         1,
         {"first 2026-10-23 2026-10-23T00:30", "first 2026-10-24 2026-10-24T00:30", "first 2026-10-25 2026-10-25T00:30",
          "first 2026-10-26 2026-10-26T01:30"}},
    };
    for (const auto& change : changes)
    {
        SCOPED_TRACE(change.from);
        const TestDatabase fresh;
        const TimeZone local(change.zone);
        const std::array tasks{kHourly, daily(change.hour, 30)};
        SetUp();
        with_database_at(fresh.conninfo(),
                         [&](pg::Database& db) -> Task<>
                         {
                             const auto executor = co_await asio::this_coro::executor;
                             Leader leader(executor, at(fresh), kLock);
                             TaskLocks locks(executor, at(fresh));
                             TaskRunner runner(TaskContext{db, local}, locks, clock, nullptr, {.holder = "test"});
                             Scheduler scheduler(executor, leader, runner, clock, tasks, {});
                             for (int i = 0; i < 3 * 24 * 6; ++i)
                             {
                                 clock.set(*parse_iso8601(change.from) + i * std::chrono::minutes(10));
                                 co_await scheduler.run_once();
                             }
                         });
        EXPECT_EQ(g_days, change.days);
        EXPECT_EQ(g_runs, 3 * 24);
    }
}

}  // namespace
}  // namespace herald
