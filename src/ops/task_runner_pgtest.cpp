#include "ops/task_runner.hpp"

#include <algorithm>
#include <array>
#include <future>

#include <gtest/gtest.h>

#include "ops/task_overview.hpp"
#include "tests/support/http_imposter.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using test::HttpImposter;
using testing::soon;
using testing::TestDatabase;

constexpr Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(15));
constexpr LocalDate kToday = std::chrono::year(2026) / 6 / 15;

bool g_fail = false;

Task<std::int64_t> do_three(TaskContext&, const TaskRun&)
{
    if (g_fail) throw std::runtime_error("told to fail");
    co_return 3;
}

Task<std::int64_t> take_for_ever(TaskContext&, const TaskRun&)
{
    co_await sleep_until(deadline_in(std::chrono::hours(1)));
    co_return 0;
}

constexpr ScheduledTask made(std::string_view name, TaskTime time)
{
    return {.name = name, .help = "for tests", .time = time, .timeout = seconds(60), .run = do_three};
}

constexpr ScheduledTask kDaily = made("do_daily", daily_at(9, 0));
constexpr ScheduledTask kHourly = made("do_hourly", every(seconds(3600)));
constexpr ScheduledTask kFrequent = made("do_often", every(seconds(2)));
constexpr ScheduledTask kEndless{.name = "take_for_ever",
                                 .help = "for tests",
                                 .time = every(seconds(3600)),
                                 .timeout = seconds(1),
                                 .run = take_for_ever};

pg::DatabaseOptions at(const TestDatabase& database)
{
    pg::DatabaseOptions options;
    options.conninfo = database.conninfo();
    return options;
}

class TaskRunnerTest : public ::testing::Test
{
protected:
    void SetUp() override { g_fail = false; }

    void run(const std::function<Task<>(TaskRunner&)>& body, Heartbeats::Options monitor = {})
    {
        testing::with_database_at(database.conninfo(),
                                  [&](pg::Database& connected) -> Task<>
                                  {
                                      const auto executor = co_await asio::this_coro::executor;
                                      TaskLocks locks(executor, at(database));
                                      Heartbeats heartbeats(executor, monitor);
                                      TaskRunner runner(TaskContext{connected, zone}, locks, clock, &heartbeats,
                                                        {.holder = "host:1"});
                                      co_await body(runner);
                                      co_await heartbeats.close(soon());
                                  });
    }
    static Task<RecordedRun> last_of(TaskRunner& runner, std::string_view task)
    {
        const auto runs = co_await runner.history().list(std::string(task), 1, soon());
        co_return runs.at(0);
    }

    TestDatabase database;
    FakeClock clock{kNow};
    TimeZone zone{"America/New_York"};
};

TEST_F(TaskRunnerTest, KeepsWhatCameOfARun)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            EXPECT_TRUE((co_await runner.run(run_for_day(kDaily, kToday, zone))).succeeded());
            const auto done = co_await last_of(runner, "do_daily");
            EXPECT_EQ(done.outcome, "succeeded");
            EXPECT_EQ(done.count, 3);
            EXPECT_EQ(done.for_date, kToday);
            EXPECT_EQ(done.as_of, *parse_iso8601("2026-06-15T13:00:00Z"));
            EXPECT_EQ(done.started_at, kNow);
            EXPECT_EQ(done.holder, "host:1");
            EXPECT_FALSE(done.detail);

            g_fail = true;
            const auto report = co_await runner.run(run_as_of(kHourly, kNow, zone));
            EXPECT_EQ(report.outcome, RunOutcome::failed);
            const auto failed = co_await last_of(runner, "do_hourly");
            EXPECT_EQ(failed.outcome, "failed");
            EXPECT_EQ(failed.detail, "told to fail");
            EXPECT_FALSE(failed.for_date);
        });
}

TEST_F(TaskRunnerTest, CutsOffATaskThatTakesNoNoticeOfItsDeadline)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            const auto report = co_await runner.run(run_as_of(kEndless, kNow, zone));
            EXPECT_EQ(report.outcome, RunOutcome::timed_out);
            EXPECT_EQ((co_await last_of(runner, "take_for_ever")).outcome, "timed_out");
        });
}

TEST_F(TaskRunnerTest, ADayIsSettledOnceUnlessItIsAskedForAgain)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            auto request = run_for_day(kDaily, kToday, zone);
            g_fail = true;
            EXPECT_EQ((co_await runner.run(request)).start, RunReport::Start::ran);
            g_fail = false;
            EXPECT_EQ((co_await runner.run(request)).start, RunReport::Start::ran);
            EXPECT_EQ((co_await runner.run(request)).start, RunReport::Start::settled);
            request.again = true;
            EXPECT_EQ((co_await runner.run(request)).start, RunReport::Start::ran);
        });
}

TEST_F(TaskRunnerTest, ARunByHandBeforeItsTimeDoesNotSettleTheDay)
{
    const auto before = run_as_of(kDaily, *parse_iso8601("2026-06-15T12:59:59Z"), zone);
    EXPECT_EQ(before.date, kToday);
    EXPECT_FALSE(before.settles_day);
    EXPECT_TRUE(run_as_of(kDaily, *parse_iso8601("2026-06-15T13:00:00Z"), zone).settles_day);
    EXPECT_FALSE(run_as_of(kHourly, kNow, zone).settles_day);
}

TEST_F(TaskRunnerTest, AProcessThatWasKilledHasAbandonedItsRun)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            RecordedRun killed;
            killed.task = "do_hourly";
            killed.id = make_uuid_v7(kNow - seconds(60));
            killed.as_of = killed.started_at = kNow - seconds(60);
            killed.holder = "host:2";
            EXPECT_TRUE(co_await runner.history().begin(killed, false, soon()));
            EXPECT_EQ((co_await runner.history().running(soon())).at(0).holder, "host:2");

            EXPECT_TRUE((co_await runner.run(run_as_of(kHourly, kNow, zone))).succeeded());
            const auto runs = co_await runner.history().list(std::nullopt, 10, soon());
            EXPECT_EQ(runs.at(0).outcome, "succeeded");
            EXPECT_EQ(runs.at(1).outcome, "abandoned");
            // It was not dead: it has nothing to say any more.
            const RunEnd late{kNow, RunOutcome::succeeded, 5, {}};
            co_await runner.history().end(killed, late, kToday, soon());
            EXPECT_EQ((co_await runner.history().list(std::nullopt, 10, soon())).at(1).outcome, "abandoned");
        });
}

TEST_F(TaskRunnerTest, OneProcessRunsATaskAtATime)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            TaskLocks other(co_await asio::this_coro::executor, at(database));
            EXPECT_TRUE(co_await other.try_lock("do_hourly", soon()));
            EXPECT_EQ((co_await runner.run(run_as_of(kHourly, kNow, zone))).start, RunReport::Start::busy);
            EXPECT_TRUE((co_await runner.run(run_for_day(kDaily, kToday, zone))).succeeded());
            co_await other.unlock("do_hourly", soon());
            EXPECT_TRUE((co_await runner.run(run_as_of(kHourly, kNow, zone))).succeeded());
            // It was given back.
            EXPECT_TRUE(co_await other.try_lock("do_hourly", soon()));
        });
}

TEST_F(TaskRunnerTest, OfAFrequentTaskTheHistoryHasItsChanges)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            for (const bool fails : {false, false, false, true, true, false})
            {
                g_fail = fails;
                clock.advance(seconds(2));
                co_await runner.run(run_as_of(kFrequent, clock.now(), zone));
            }
            const auto runs = co_await runner.history().list("do_often", 10, soon());
            EXPECT_EQ(runs.size(), 3U);
            EXPECT_EQ(runs.at(0).outcome, "succeeded");
            EXPECT_EQ(runs.at(0).started_at, kNow + seconds(12));
            EXPECT_EQ(runs.at(1).outcome, "failed");
            EXPECT_EQ(runs.at(1).started_at, kNow + seconds(8));
            EXPECT_EQ(runs.at(2).started_at, kNow + seconds(2));
            const auto states = co_await runner.history().states(soon());
            EXPECT_EQ(states.at(0).succeeded_at, kNow + seconds(12));
        });
}

TEST_F(TaskRunnerTest, AnOverviewTellsWhatComesNextAndWhatCameOfTheLastRun)
{
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            const std::array tasks{kHourly, kDaily};
            auto seen = co_await overview_tasks(runner.history(), tasks, zone, kNow, soon());
            EXPECT_FALSE(seen.at(0).last);
            co_await runner.run(run_as_of(kHourly, kNow, zone));
            co_await runner.run(run_for_day(kDaily, kToday, zone));
            seen = co_await overview_tasks(runner.history(), tasks, zone, kNow, soon());
            EXPECT_EQ(seen.at(0).next_run, kNow + seconds(3600));
            EXPECT_EQ(seen.at(0).last->outcome, "succeeded");
            EXPECT_EQ(seen.at(1).next_run, *parse_iso8601("2026-06-16T13:00:00Z"));
            // Two days later nobody has run it.
            const auto later = kNow + std::chrono::hours(48);
            seen = co_await overview_tasks(runner.history(), tasks, zone, later, soon());
            EXPECT_EQ(seen.at(1).next_run, *parse_iso8601("2026-06-16T13:00:00Z"));
        });
}

TEST_F(TaskRunnerTest, TheMonitorIsToldOfTheBeginningAndTheEnd)
{
    HttpImposter monitor([](HttpImposter::Connection& connection) { connection.answer(200, "OK"); });
    Heartbeats::Options options;
    options.url = monitor.url("/{task}");
    options.shape = HeartbeatShape::cronitor;
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            co_await runner.run(run_as_of(kHourly, kNow, zone));
            g_fail = true;
            co_await runner.run(run_for_day(kDaily, kToday, zone));
            // Of a frequent one only now and then, and never that it begins.
            for (int i = 0; i < 5; ++i) co_await runner.run(run_as_of(kFrequent, kNow, zone));
        },
        options);
    std::vector<std::string> told;
    for (const auto& request : monitor.requests())
    {
        const auto line = request.line();
        told.push_back(line.substr(0, line.find_first_of("& ", 4)));
    }
    std::ranges::sort(told);
    EXPECT_EQ(told, (std::vector<std::string>{"GET /do_daily?state=fail", "GET /do_daily?state=run",
                                              "GET /do_hourly?state=complete", "GET /do_hourly?state=run",
                                              "GET /do_often?state=fail"}));
}

TEST_F(TaskRunnerTest, AMonitorThatDoesNotAnswerHoldsNoTaskUp)
{
    std::promise<void> release;
    const auto released = release.get_future().share();
    HttpImposter monitor(
        [released](HttpImposter::Connection& connection)
        {
            released.wait();
            connection.answer(200, "OK");
        });
    Heartbeats::Options options;
    options.url = monitor.url("/{task}");
    options.call_timeout = seconds(30);
    run(
        [&](TaskRunner& runner) -> Task<>
        {
            for (int i = 0; i < 20; ++i) EXPECT_TRUE((co_await runner.run(run_as_of(kHourly, kNow, zone))).succeeded());
            for (testing::Looks looks; monitor.requests().empty();) co_await looks.again();
            EXPECT_EQ(monitor.requests().size(), 1U);  // which waits still
            release.set_value();
        },
        options);
    EXPECT_LE(monitor.requests().size(), 10U);  // what would have been old was left out
}

}  // namespace
}  // namespace herald
