// What the clock does for calls to services.
#include <cmath>

#include <gtest/gtest.h>
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
constexpr pg::Statement kAttempts{"t_attempts", "SELECT count(*) FROM callback_attempts"};
constexpr pg::Statement kDays{"t_days",
                              "SELECT count(*) FROM pg_inherits WHERE inhparent = 'callback_attempts'::regclass"};

Task<std::int64_t> number(pg::Database& database, pg::Statement statement)
{
    const auto rows = co_await database.execute(statement, pg::Params(), soon());
    co_return rows.get<std::int64_t>(0, 0);
}

Task<std::int64_t> run(pg::Database& database, const char* name, Instant now)
{
    const TimeZone zone("America/New_York");
    TaskContext context{database, zone};
    co_return co_await run_scheduled_task(*find_scheduled_task(name), context, now);
}

double gauge_of(const std::string& name, const std::string& type)
{
    return metrics::gauge(name, "", {{"type", type}}).Value();
}

TEST(CallbackTasks, TheLogOfCallsIsKeptForThirtyDays)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await run(database, "maintain_partitions", kNow);
            EXPECT_EQ(co_await number(database, kDays), 10);  // yesterday to a week ahead, and the default one
            // A call an hour, from 40 days ago to a week ahead; what is older than yesterday is in the default one.
            co_await database.run_script(
                "INSERT INTO callback_attempts (at, service_id, callback_type, subject_id, attempt, outcome, "
                "milliseconds) SELECT timestamptz '2026-06-15 00:00Z' + make_interval(hours => i), gen_random_uuid(), "
                "'complaint', gen_random_uuid(), 1, 1, 1 FROM generate_series(-40 * 24, 7 * 24) i",
                soon());
            EXPECT_EQ(co_await run(database, "drop_callback_attempts", kNow), 0);
            EXPECT_EQ(co_await number(database, kAttempts), 37 * 24 + 1);
            // Ten days on, the ten oldest days of the default one go; 35 days on, its rest and six partitions.
            EXPECT_EQ(co_await run(database, "drop_callback_attempts", kNow + std::chrono::days(10)), 0);
            EXPECT_EQ(co_await number(database, kAttempts), 27 * 24 + 1);
            EXPECT_EQ(co_await run(database, "drop_callback_attempts", kNow + std::chrono::days(35)), 6);
            EXPECT_EQ(co_await number(database, kAttempts), 2 * 24 + 1);
            EXPECT_EQ(co_await run(database, "drop_callback_attempts", kNow + std::chrono::days(35)), 0);
        });
}

TEST(CallbackTasks, BacklogAndPausesAreMeasuredByType)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await database.run_script(
                "INSERT INTO services (id, name, email_from, message_limit, created_at) VALUES "
                "(gen_random_uuid(), 'Town hall', 'town.hall', 50, now()); "
                "INSERT INTO service_callbacks (service_id, callback_type, id, url, secrets_sealed, created_at, "
                "paused_since, probe_at) SELECT id, 'complaint', gen_random_uuid(), 'https://town.example/', 'x', "
                "now(), now(), now() FROM services; "
                "INSERT INTO callback_tasks (service_id, callback_type, subject_id) SELECT id, CASE WHEN i <= 3 THEN "
                "'complaint' ELSE 'inbound_sms' END, gen_random_uuid() FROM services, generate_series(1, 5) i",
                soon());
            EXPECT_EQ(co_await run(database, "measure_callbacks", kNow), 5);
            EXPECT_EQ(gauge_of("herald_callback_backlog", "complaint"), 3);
            EXPECT_EQ(gauge_of("herald_callback_backlog", "inbound_sms"), 2);
            EXPECT_EQ(gauge_of("herald_callback_backlog", "delivery_status"), 0);
            EXPECT_EQ(gauge_of("herald_callback_paused_endpoints", "complaint"), 1);
            EXPECT_EQ(gauge_of("herald_callback_paused_endpoints", "inbound_sms"), 0);
            tasks::stop_telling_callbacks();
            EXPECT_TRUE(std::isnan(gauge_of("herald_callback_backlog", "complaint")));
            EXPECT_TRUE(std::isnan(gauge_of("herald_callback_paused_endpoints", "complaint")));
        });
}

}  // namespace
}  // namespace herald
