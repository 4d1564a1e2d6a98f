// Statements about jobs stay probes of keys where there is much of everything: scans and sorts are allowed, and not
// taken.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/queries.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;
using testing::soon;

const ServiceId kService = ServiceId::parse("00000000-0000-4000-8000-000000000001").value();
const Uuid kJob = Uuid::parse("00000000-0000-4000-8000-0000000000aa").value();

// Thousands of jobs, of which one is at work and has ten segments, among messages and a queue of other origin.
constexpr const char* kManyJobs = R"(
INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, template_version, channel, key_type, notification_count, status,
                  created_at, processing_started)
SELECT '00000000-0000-4000-8000-000000000001', gen_random_uuid(), 'a.csv', 'a', gen_random_uuid(), 1, 2, 1, 10, 'finished',
       now() - i * interval '1 minute', now() - i * interval '1 minute' FROM generate_series(1, 5000) i;
INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, template_version, channel, key_type, notification_count, status,
                  created_at, claim_at, sweeping, paused_at, tend_at)
VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000aa', 'a.csv', 'a', gen_random_uuid(), 1, 2, 1, 10, 'in progress',
        now(), now(), true, now(), now());
INSERT INTO job_segments SELECT '00000000-0000-4000-8000-000000000001', gen_random_uuid(), 1, 1, now(), 0 FROM generate_series(1, 5000) i;
INSERT INTO job_segments SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000aa', i, 1,
       timestamptz '2026-06-15Z' + i * interval '30 seconds', i * 1000 FROM generate_series(1, 10) i;
INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, billable_units, international, rate_multiplier,
                           local_date, purge_on, created_at)
SELECT '00000000-0000-4000-8000-000000000001', (left(ms, 8) || '-' || right(ms, 4) || '-7000-8000-000000000000')::uuid, gen_random_uuid(), 1, 1, 2, 5, 1,
       false, 1, '2026-06-15', '2026-06-23', now()
FROM generate_series(0, 20000) i,
     LATERAL (SELECT lpad(to_hex(extract(epoch FROM timestamptz '2026-06-01Z')::bigint * 1000 + i::bigint * 100000), 12, '0')) t (ms);
INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain)
SELECT 3, service_id, 2, id, 1, false FROM notifications;
INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain)
SELECT now(), service_id, id, 3, 2, 2, false FROM notifications;
INSERT INTO queue_held (service_id, job_id, notification_id, lane, channel, attempt)
SELECT service_id, gen_random_uuid(), id, 3, 2, 1 FROM notifications;
INSERT INTO ledger (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
SELECT '2026-06-15', service_id, template_id, 2, 1, 5, 1, 1, gen_random_uuid() FROM notifications;
INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, billable_units, job_id)
SELECT '2026-06-15', service_id, template_id, 2, 1, 5, 1, 1, gen_random_uuid() FROM notifications;
ANALYZE)";

std::string plan_of(pg::Statement statement, const pg::Params& params)
{
    const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", statement.text);
    const pg::Statement explain{"t_explain", text};
    std::string plan;
    testing::with_database(
        [&](pg::Database& database) -> Task<>
        {
            co_await database.run_script("SELECT maintain_partitions('2026-06-15', 3)", soon());
            co_await database.run_script(kManyJobs, soon());
            const auto rows = co_await database.execute(explain, params, soon());
            for (std::size_t i = 0; i < rows.size(); ++i) plan += rows.get<std::string>(i, 0) + "\n";
        });
    return plan;
}

void expect_no_scan(const std::string& plan)
{
    for (const char* table :
         {"jobs", "job_segments", "notifications_202606", "queue_ready", "queue_retries", "queue_held", "ledger"})
        EXPECT_THAT(plan, Not(HasSubstr(fmt::format("Seq Scan on {}", table)))) << plan;
}

TEST(JobPlans, OfTheClaimProbeTheLine)
{
    const auto plan = plan_of(sql::claim_jobs, pg::Params::of(4, Uuid(), 15.0));
    expect_no_scan(plan);
    EXPECT_THAT(plan, HasSubstr("jobs_to_claim")) << plan;
}

TEST(JobPlans, OfAPageOfJobsFollowItsOrder)
{
    const std::optional<Instant> from;
    const std::optional<std::vector<std::string>> any;
    const std::optional<Uuid> list;
    const auto plan = plan_of(sql::list_jobs, pg::Params::of(kService, from, any, list, std::int64_t{0}, 51));
    EXPECT_THAT(plan, HasSubstr("Index Scan using jobs_by_service")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Sort\n"))) << plan;
}

TEST(JobPlans, OfWhatIsQueuedReadTheSegmentsOfTheJobAlone)
{
    const auto hold = plan_of(sql::hold_job_messages, pg::Params::of(kService, kJob, std::int16_t{2}, 5000));
    expect_no_scan(hold);
    EXPECT_THAT(hold, HasSubstr("queue_ready_pkey")) << hold;
    EXPECT_THAT(hold, HasSubstr("queue_retries_by_message")) << hold;
    expect_no_scan(plan_of(sql::release_job_messages, pg::Params::of(kService, kJob, 5000)));
    expect_no_scan(plan_of(sql::cancel_held_messages, pg::Params::of(kService, kJob, 5000, Instant())));
    expect_no_scan(plan_of(sql::take_jobs_to_tend, pg::Params::of(16)));
}

TEST(JobPlans, OfMessagesAndCountsReadTheJobsOwn)
{
    const std::optional<std::vector<std::int16_t>> any;
    const LocalDate today = std::chrono::year(2026) / 6 / 15;
    expect_no_scan(
        plan_of(sql::list_job_notifications, pg::Params::of(kService, kJob, any, today, std::int64_t{0}, 51)));
    expect_no_scan(plan_of(sql::retry_failed_rows, pg::Params::of(kService, kJob, Instant(), "suppressed: %")));
    const auto counts = plan_of(sql::count_job_messages, pg::Params::of(kService, std::vector<Uuid>{kJob}));
    expect_no_scan(counts);
    EXPECT_THAT(counts, HasSubstr("ledger_by_job")) << counts;
}

}  // namespace
}  // namespace herald
