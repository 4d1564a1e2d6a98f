#include "ops/tasks/tasks.hpp"

#include <gtest/gtest.h>
#include <prometheus/gauge.h>

#include "base/metrics.hpp"
#include "runtime/task_scope.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::with_database;

constexpr Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(15));
constexpr std::chrono::hours kDay(24);
constexpr pg::Statement kPartitions{
    "t_partitions", "SELECT count(*) FROM pg_inherits WHERE inhparent = 'notification_contents'::regclass"};
constexpr pg::Statement kContents{"t_contents", "SELECT count(*) FROM notification_contents"};
constexpr pg::Statement kDefaults{"t_defaults",
                                  "SELECT (SELECT count(*) FROM notification_contents_default) + (SELECT count(*) FROM "
                                  "notification_events_default) + (SELECT count(*) FROM notifications_default)"};
constexpr pg::Statement kKeys{"t_keys", "SELECT count(*) FROM idempotency_keys"};
constexpr pg::Statement kRuns{"t_runs", "SELECT count(*) FROM task_runs"};
constexpr pg::Statement kDeltas{"t_deltas", "SELECT count(*) FROM ledger_deltas"};
constexpr pg::Statement kCounted{"t_counted", "SELECT sum(notifications)::int8 FROM ledger"};

Task<std::int64_t> number(pg::Database& database, pg::Statement statement)
{
    const auto rows = co_await database.execute(statement, pg::Params(), soon());
    co_return rows.get<std::int64_t>(0, 0);
}

void with_context(const std::function<Task<>(TaskContext&)>& body)
{
    const KeyRing keys = KeyRing::generate();
    const TimeZone zone("America/New_York");
    with_database(
        [&](pg::Database& database) -> Task<>
        {
            TaskContext context{database, zone, &keys};
            co_await body(context);
        });
}

Task<std::int64_t> run(TaskContext& context, const char* name, Instant now)
{
    return run_scheduled_task(*find_scheduled_task(name), context, now);
}

// A message of `day`, with contents that go on the day after; its ledger row is `counted`.
std::string message_sql(const char* day, const char* counted)
{
    return std::string(
               "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, "
               "status, billable_units, international, rate_multiplier, local_date, purge_on, created_at) "
               "VALUES (gen_random_uuid(), uuid_v7_floor('") +
           day + "'), gen_random_uuid(), 1, 1, 2, 5, 1, false, 1, '" + day + "', date '" + day + "' + 1, '" + day +
           "'); INSERT INTO notification_contents SELECT purge_on, service_id, id, 'x' FROM notifications; "
           "INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, "
           "billable_units) SELECT local_date, service_id, template_id, channel, key_type, status, " +
           counted + ", 1 FROM notifications";
}

TEST(MaintainPartitions, MakesWhatTheComingDaysNeedOnce)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            EXPECT_GT(co_await run(context, "maintain_partitions", kNow), 0);
            EXPECT_EQ(co_await run(context, "maintain_partitions", kNow), 0);
            co_await context.database.run_script(message_sql("2026-06-15", "1"), soon());
            EXPECT_EQ(co_await number(context.database, kDefaults), 0);
            // The next day: one more of contents, of events, of calls to services and of the journal of receipts.
            EXPECT_EQ(co_await run(context, "maintain_partitions", kNow + kDay), 4);
        });
}

TEST(MaintainPartitions, ReachesAsFarAsTheLongestRetention)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(
                "WITH s AS (INSERT INTO services (id, name, email_from, message_limit, retention_days_sms, created_at) "
                "VALUES (gen_random_uuid(), 'a', 'a', 1, 90, now()) RETURNING id) INSERT INTO service_retention "
                "(service_id, channel, days, created_at, changed_at, reach_days) SELECT id, 2, 90, now(), now(), 90 "
                "FROM s",
                soon());
            co_await run(context, "maintain_partitions", kNow);
            EXPECT_GE(co_await number(context.database, kPartitions), 90);
        });
}

TEST(MaintainPartitions, LeavesRowsWhereTheyAreWhenTheyCameBeforeTheirPartition)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(message_sql("2026-06-15", "1"), soon());
            EXPECT_EQ(co_await number(context.database, kDefaults), 2);
            EXPECT_GT(co_await run(context, "maintain_partitions", kNow), 0);
            EXPECT_EQ(co_await number(context.database, kContents), 1);
            // And from the default partition they go on their day, too.
            co_await run(context, "drop_purged_contents", kNow + kDay);
            EXPECT_EQ(co_await number(context.database, kContents), 0);
        });
}

TEST(SuppressRecipients, DoesWhatIsDueAndNothingMore)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            // Its message is not there: nobody to suppress, and nothing to come back to.
            co_await context.database.run_script(
                "INSERT INTO suppressions_due SELECT gen_random_uuid(), gen_random_uuid(), 1, '2026-06-15' FROM "
                "generate_series(1, 1200)",
                soon());
            EXPECT_EQ(co_await run(context, "suppress_recipients", kNow), 1200);
            EXPECT_EQ(co_await run(context, "suppress_recipients", kNow), 0);
            context.keys = nullptr;
            bool refused = false;
            try
            {
                co_await run(context, "suppress_recipients", kNow);
            }
            catch (const std::runtime_error&)
            {
                refused = true;
            }
            EXPECT_TRUE(refused);
        });
}

TEST(PurgeLiftedSuppressions, ForgetsThoseThatWereLiftedLongAgo)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(
                "INSERT INTO suppressions (service_id, id, channel, recipient_hash, reason, created_at, lifted_at) "
                "SELECT gen_random_uuid(), gen_random_uuid(), 1, decode(repeat('00', 32), 'hex'), 1, '2020-01-01', l "
                "FROM (VALUES (timestamptz '2026-06-01'), ('2026-01-01'), ('2025-01-01'), (NULL)) AS t (l)",
                soon());
            EXPECT_EQ(co_await run(context, "purge_lifted_suppressions", kNow), 2);
            EXPECT_EQ(co_await run(context, "purge_lifted_suppressions", kNow), 0);
        });
}

TEST(DropPurgedContents, DropsTheDaysThatHaveComeAndNoOther)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await run(context, "maintain_partitions", kNow);
            co_await context.database.run_script(message_sql("2026-06-15", "1"), soon());
            const auto before = co_await number(context.database, kPartitions);
            // The message's day is the 16th; there is nothing of days that have come already.
            EXPECT_EQ(co_await run(context, "drop_purged_contents", kNow), 0);
            EXPECT_EQ(co_await number(context.database, kContents), 1);
            // One of contents, one of the journal of receipts.
            EXPECT_EQ(co_await run(context, "drop_purged_contents", kNow + kDay), 2);
            EXPECT_EQ(co_await number(context.database, kContents), 0);
            EXPECT_EQ(co_await run(context, "drop_purged_contents", kNow + kDay), 0);
            EXPECT_EQ(co_await number(context.database, kPartitions), before - 1);
        });
}

Task<> drop_into(TaskContext& context, std::int64_t& dropped)
{
    dropped = co_await run(context, "drop_purged_contents", kNow + 2 * kDay);
}

TEST(DropPurgedContents, WaitsForAReaderWithoutHoldingUpOthers)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await run(context, "maintain_partitions", kNow);
            auto reader = co_await context.database.begin(soon());
            co_await reader.execute(kContents, pg::Params(), soon());
            TaskScope running(co_await asio::this_coro::executor);
            std::int64_t dropped = -1;
            running.spawn("drop", drop_into(context, dropped));
            // Others get through while the drop waits, time and again.
            for (int i = 0; i < 3; ++i)
            {
                const auto started = std::chrono::steady_clock::now();
                co_await number(context.database, kContents);
                EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(1));
            }
            EXPECT_EQ(dropped, -1);
            co_await reader.commit(soon());
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(dropped, 4);
        });
}

Task<> add_delta(TaskContext& context, std::int64_t id)
{
    constexpr pg::Statement kDelta{
        "t_delta",
        "INSERT INTO ledger_deltas (id, local_date, service_id, template_id, channel, key_type, status, notifications, "
        "billable_units) OVERRIDING SYSTEM VALUE SELECT $1, '2026-06-15', gen_random_uuid(), gen_random_uuid(), 1, 1, "
        "1, 1, 1"};
    co_await context.database.execute(kDelta, pg::Params::of(id), soon());
}

// Deltas that became visible long after those behind them are left to the run that looks at everything.
TEST(FoldLedger, BeginsWhereItLeftOffAMinuteBeforeAndRarelyAtTheBeginning)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await add_delta(context, 1000);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow), 1);
            co_await add_delta(context, 999);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow + seconds(2)), 1) << "late by seconds";
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow + seconds(60)), 0);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow + seconds(120)), 0);
            co_await add_delta(context, 998);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow + seconds(122)), 0);
            co_await add_delta(context, 1001);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow + seconds(124)), 1);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow + seconds(600)), 1);
            EXPECT_EQ(co_await number(context.database, kDeltas), 0);
            EXPECT_EQ(co_await number(context.database, kCounted), 4);
        });
}

TEST(CheckLedger, FindsNothingInAHealthySystemFoldedOrNot)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(message_sql("2026-06-15", "1"), soon());
            EXPECT_EQ(co_await run(context, "check_ledger", kNow), 0);
            EXPECT_EQ(co_await run(context, "fold_ledger", kNow), 1);
            EXPECT_EQ(co_await number(context.database, kDeltas), 0);
            EXPECT_EQ(co_await number(context.database, kCounted), 1);
            EXPECT_EQ(co_await run(context, "check_ledger", kNow), 0);
        });
}

TEST(CheckLedger, ReportsADifference)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(message_sql("2026-06-15", "2"), soon());
            EXPECT_EQ(co_await run(context, "check_ledger", kNow), 1);
            EXPECT_EQ(metrics::gauge("herald_ledger_differences", "").Value(), 1);
        });
}

TEST(CheckLedger, ComesToEveryEarlierDayAndRemembersWhatItFoundThere)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            const auto& gauge = metrics::gauge("herald_ledger_differences", "");
            co_await context.database.run_script(message_sql("2026-06-05", "2"), soon());
            co_await run(context, "fold_ledger", kNow);
            // Nine days before yesterday: each has its turn once in nine hours.
            int hours_with_a_difference = 0;
            for (int hour = 0; hour < 9; ++hour)
            {
                const auto found = co_await run(context, "check_ledger", kNow + std::chrono::hours(hour));
                hours_with_a_difference += static_cast<int>(found);
            }
            EXPECT_EQ(hours_with_a_difference, 1);
            EXPECT_EQ(gauge.Value(), 1);

            co_await context.database.run_script("UPDATE ledger SET notifications = 1", soon());
            for (int hour = 0; hour < 9; ++hour)
                EXPECT_EQ(co_await run(context, "check_ledger", kNow + std::chrono::hours(hour)), 0);
            EXPECT_EQ(gauge.Value(), 0);
        });
}

// Messages that come while it is compared and folded: each in one transaction with its count.
Task<> write_messages(pg::Database& database, const bool& stop)
{
    static constexpr pg::Statement kWrite{
        "t_write",
        "WITH n AS (INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, "
        "status, billable_units, international, rate_multiplier, local_date, purge_on, created_at) "
        "VALUES (gen_random_uuid(), (left(uuid_v7_floor('2026-06-15')::text, 24) || right(gen_random_uuid()::text, "
        "12))::uuid, gen_random_uuid(), 1, 1, 2, 5, 1, false, 1, '2026-06-15', "
        "'2026-06-23', now()) RETURNING *) INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, "
        "key_type, status, notifications, billable_units) SELECT local_date, service_id, template_id, channel, "
        "key_type, status, 1, 1 FROM n"};
    while (!stop) co_await database.execute(kWrite, pg::Params(), soon());
}

TEST(CheckLedger, RaisesNoFalseAlarmWhileTrafficRuns)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            TaskScope running(co_await asio::this_coro::executor);
            bool stop = false;
            for (int i = 0; i < 3; ++i) running.spawn("traffic", write_messages(context.database, stop));
            std::int64_t folded = 0;
            for (int i = 0; i < 30; ++i)
            {
                folded += co_await run(context, "fold_ledger", kNow);
                EXPECT_EQ(co_await run(context, "check_ledger", kNow), 0);
            }
            stop = true;
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_GT(folded, 0);
        });
}

TEST(PurgeIdempotencyKeys, ForgetsThoseOlderThanADay)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(
                "INSERT INTO idempotency_keys SELECT gen_random_uuid(), k, 'x', gen_random_uuid(), now(), "
                "timestamptz '2026-06-14 15:00:00Z' + k::int * interval '1 second' FROM generate_series(-6000, 10) AS "
                "n, "
                "LATERAL (SELECT n::text AS k) t",
                soon());
            EXPECT_EQ(co_await run(context, "purge_idempotency_keys", kNow), 6001);
            EXPECT_EQ(co_await number(context.database, kKeys), 10);
        });
}

TEST(PurgeTaskRuns, ForgetsTheRunsOfMoreThanThirtyDaysAgo)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            // A run a day, on each of the last 40.
            co_await context.database.run_script(
                "INSERT INTO task_runs (id, task, as_of, started_at, ended_at, outcome, holder) SELECT "
                "uuid_v7_floor(at::date), 'maintain_partitions', at, at, at, 'succeeded', 'host:1' FROM "
                "generate_series(timestamp '2026-05-06', '2026-06-14', '1 day') at",
                soon());
            EXPECT_EQ(co_await run(context, "purge_task_runs", kNow), 11);
            EXPECT_EQ(co_await number(context.database, kRuns), 29);
            EXPECT_EQ(co_await run(context, "purge_task_runs", kNow), 0);
        });
}

TEST(MeasureQueue, TellsDepthAndAgeByLane)
{
    with_context(
        [](TaskContext& context) -> Task<>
        {
            co_await context.database.run_script(
                "INSERT INTO queue_services VALUES (2, uuid_v7_floor('2000-01-01')); "
                "INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain) "
                "VALUES (2, uuid_v7_floor('2000-01-01'), 1, uuid_v7_floor('2026-06-15'), 1, false), "
                "(2, uuid_v7_floor('2000-01-01'), 2, uuid_v7_floor('2026-06-14'), 1, false); "
                "INSERT INTO queue_retries SELECT now(), uuid_v7_floor('2000-01-01'), uuid_v7_floor('2026-06-13'), 2, "
                "1, 2, true",
                soon());
            EXPECT_EQ(co_await run(context, "measure_queue", kNow), 2);
            EXPECT_EQ(metrics::gauge("herald_queue_uncertain", "").Value(), 1);
            EXPECT_EQ(metrics::gauge("herald_queue_depth", "", {{"lane", "normal"}}).Value(), 2);
            EXPECT_EQ(metrics::gauge("herald_queue_depth", "", {{"lane", "bulk"}}).Value(), 0);
            EXPECT_EQ(metrics::gauge("herald_queue_oldest_age_seconds", "", {{"lane", "normal"}}).Value(), 39 * 3600);
        });
}

}  // namespace
}  // namespace herald
