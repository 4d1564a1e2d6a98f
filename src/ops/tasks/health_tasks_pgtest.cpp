// What the clock does for messages nobody tells of, messages that were lost, and slow providers. What is done is tested
// where it is done (src/workers); here, that a run does it and tells it.
#include <cmath>

#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "base/metrics.hpp"
#include "ops/tasks/tasks.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::with_database;

constexpr Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(15));
constexpr pg::Statement kStatuses{"t_statuses", "SELECT count(*) FROM notifications WHERE status = 8"};
constexpr pg::Statement kRetries{"t_retries", "SELECT count(*) FROM queue_retries"};
constexpr pg::Statement kPriority{"t_priority", "SELECT priority::int8 FROM providers WHERE name = 'slow'"};
constexpr pg::Statement kSpeeds{"t_speeds", "SELECT count(*) FROM delivery_speeds"};

Task<std::int64_t> number(pg::Database& database, pg::Statement statement)
{
    const auto rows = co_await database.execute(statement, pg::Params(), soon());
    co_return rows.get<std::int64_t>(0, 0);
}

Task<std::int64_t> run(pg::Database& database, const char* name, Instant now, seconds time_out = std::chrono::hours(72))
{
    const TimeZone zone("America/New_York");
    TaskContext context{database, zone};
    context.time_out = time_out;
    co_return co_await run_scheduled_task(*find_scheduled_task(name), context, now);
}

double counter_of(const std::string& name)
{
    return metrics::counter(name, "").Value();
}

double slow_ratio(const std::string& minutes)
{
    return metrics::gauge("herald_provider_slow_ratio", "", {{"provider", "slow"}, {"minutes", minutes}}).Value();
}

// So many messages of 15 June, 12:00 in New York, and their place in the ledger.
std::string messages_sql(int count, int status)
{
    return "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, "
           "billable_units, international, rate_multiplier, local_date, purge_on, created_at) SELECT "
           "'00000000-0000-4000-8000-000000000001', overlay(uuid_v7_floor(timestamptz '2026-06-15 16:00Z')::text "
           "placing lpad(to_hex(i), 12, '0') from 25)::uuid, '00000000-0000-4000-8000-000000000002', 1, 1, 2, " +
           std::to_string(status) +
           ", 1, false, 1, '2026-06-15', '2026-06-23', '2026-06-15 16:00Z' FROM generate_series(1, " +
           std::to_string(count) +
           ") i; INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, "
           "notifications, billable_units) SELECT local_date, service_id, template_id, channel, key_type, status, "
           "1, 1 FROM notifications; ";
}

TEST(HealthTasks, MessagesTimeOutAfterTheHoursThatAreConfigured)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await database.run_script(
                messages_sql(3, 2) +
                    "INSERT INTO awaiting_receipts (provider, reference, service_id, notification_id, look_up_at, "
                    "handed_over_at) SELECT 'sns', id::text, service_id, id, created_at, created_at FROM notifications",
                soon());
            const auto before = counter_of("herald_notifications_timed_out_total");
            const Instant handed_over = kNow + std::chrono::hours(1);
            const auto day = std::chrono::hours(24);
            EXPECT_EQ(co_await run(database, "time_out_notifications", handed_over + day - seconds(1), day), 0);
            EXPECT_EQ(co_await run(database, "time_out_notifications", handed_over + day), 0);
            EXPECT_EQ(co_await run(database, "time_out_notifications", handed_over + day, day), 3);
            EXPECT_EQ(co_await number(database, kStatuses), 3);
            EXPECT_EQ(counter_of("herald_notifications_timed_out_total") - before, 3);
            EXPECT_EQ(co_await run(database, "time_out_notifications", handed_over + day, day), 0);
            EXPECT_EQ(co_await run(database, "check_ledger", handed_over), 0);
        });
}

TEST(HealthTasks, LostMessagesArePutBackAndCounted)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await database.run_script(messages_sql(3, 1), soon());
            const auto before = counter_of("herald_notifications_requeued_total");
            EXPECT_EQ(co_await run(database, "requeue_notifications", kNow + std::chrono::hours(2) - seconds(1)), 0);
            EXPECT_EQ(co_await run(database, "requeue_notifications", kNow + std::chrono::hours(9 * 24)), 0)
                << "there is nothing left to send";
            EXPECT_EQ(co_await run(database, "requeue_notifications", kNow + std::chrono::hours(26)), 3);
            EXPECT_EQ(co_await number(database, kRetries), 3);
            EXPECT_EQ(counter_of("herald_notifications_requeued_total") - before, 3);
            EXPECT_EQ(co_await run(database, "requeue_notifications", kNow + std::chrono::hours(26)), 0);
        });
}

TEST(HealthTasks, ASlowProviderIsToldAndDemoted)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await database.run_script(
                "INSERT INTO providers (channel, name, priority, resting_priority, active, international) VALUES "
                "(2, 'fast', 50, 50, true, true), (2, 'slow', 50, 50, true, true); "
                "INSERT INTO delivery_speeds VALUES "
                "('2026-06-15 14:53Z', 'slow', 0, 30), ('2026-06-15 14:53Z', 'slow', 2, 10), "
                "('2026-06-15 14:53Z', 'slow', 3, 8), ('2026-06-15 14:53Z', 'slow', 5, 6), "
                "('2026-06-15 14:53Z', 'fast', 0, 20), ('2026-06-15 14:53Z', 'fast', 1, 20), "
                "('2026-06-15 14:20Z', 'slow', 0, 20)",
                soon());
            EXPECT_EQ(co_await run(database, "judge_providers", kNow), 2);
            EXPECT_EQ(slow_ratio("1"), 1.0);
            EXPECT_EQ(slow_ratio("5"), 14.0 / 24);
            EXPECT_TRUE(std::isnan(slow_ratio("10"))) << "nothing that old";
            EXPECT_EQ(co_await number(database, kPriority), 40);
            EXPECT_EQ(co_await number(database, kSpeeds), 6) << "the others are forgotten";
            EXPECT_EQ(co_await run(database, "judge_providers", kNow + seconds(30)), 0);
            tasks::stop_telling_speeds();
            EXPECT_TRUE(std::isnan(slow_ratio("1")));
            // Back again once it is over.
            EXPECT_EQ(co_await run(database, "judge_providers", kNow + std::chrono::minutes(20)), 0);
            EXPECT_EQ(co_await run(database, "restore_providers", kNow + std::chrono::minutes(20)), 2);
            EXPECT_EQ(co_await number(database, kPriority), 50);
        });
}

}  // namespace
}  // namespace herald
