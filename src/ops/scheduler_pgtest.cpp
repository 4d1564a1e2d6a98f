#include "ops/scheduler.hpp"

#include <gtest/gtest.h>
#include <prometheus/gauge.h>

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

Task<std::int64_t> count_runs(TaskContext&, const TaskRun&)
{
    ++g_runs;
    if (g_fail) throw std::runtime_error("told to fail");
    co_return 1;
}

constexpr ScheduledTask kHourly{.name = "count_hourly",
                                .help = "for tests",
                                .time = every(std::chrono::hours(1)),
                                .timeout = seconds(60),
                                .run = count_runs};

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
    }
    // Each of two processes with its own leader and scheduler.
    struct Process
    {
        Process(const SchedulerTest& test, pg::Database& database, asio::any_io_executor executor,
                std::span<const ScheduledTask> tasks)
            : leader(executor, at(test.database), kLock),
              scheduler(executor, leader, TaskContext{database, test.zone}, test.clock, tasks, fast())
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
            EXPECT_TRUE((co_await second.scheduler.run_once()).leads);
            EXPECT_FALSE((co_await first.scheduler.run_once()).leads);
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
            stop_first.request_stop();
            for (testing::Looks looks; g_runs < 2;) co_await looks.again();
            stop_second.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
        });
}

}  // namespace
}  // namespace herald
