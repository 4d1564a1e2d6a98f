// How PostgreSQL goes about the statements that must not read or sort a whole large table. Mostly scans and sorts are
// forbidden first, so that a plan that still has one says: there is no index for it.
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

enum class Scans
{
    forbidden,
    allowed,  // the statement alone has to say that it wants none
};

// One line a step.
std::string plan_of(pg::Statement statement, const pg::Params& params, const std::string& rows_sql = "",
                    Scans scans = Scans::forbidden)
{
    const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", statement.text);
    const pg::Statement explain{"t_explain", text};
    std::string plan;
    testing::with_database(
        [&](pg::Database& database) -> Task<>
        {
            co_await database.run_script("SELECT maintain_partitions('2026-06-15', 3)", soon());
            if (!rows_sql.empty()) co_await database.run_script(rows_sql, soon());
            auto transaction = co_await database.begin(soon());
            if (scans == Scans::forbidden)
                co_await transaction.run_script("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off", soon());
            const auto rows = co_await transaction.execute(explain, params, soon());
            for (std::size_t i = 0; i < rows.size(); ++i) plan += rows.get<std::string>(i, 0) + "\n";
            co_await transaction.rollback(soon());
        });
    return plan;
}

TEST(Plans, OfListStaleContentsFollowThePrimaryKey)
{
    const pg::Bytes key{std::string(2, '\0')};
    const auto plan = plan_of(sql::list_stale_contents,
                              pg::Params::of(key, Uuid(), "00000000-0000-0000-0000-000000000000 1970-01-01", 500));
    EXPECT_THAT(plan, HasSubstr("Index Scan using notification_contents_20260616_pkey"));
    EXPECT_THAT(plan, Not(HasSubstr("Sort\n"))) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << plan;
}

// As the API reads: behind row security, where an index serves only what is leakproof.
TEST(Plans, OfAReferenceFollowItsIndexForATenantToo)
{
    const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", sql::list_notifications.text);
    const pg::Statement explain{"t_explain_as_tenant", text};
    const std::optional<std::vector<std::int16_t>> any;
    const LocalDate today = std::chrono::year(2026) / 6 / 15;
    std::string plan;
    testing::with_database(
        [&](pg::Database& database) -> Task<>
        {
            const ServiceId service{make_uuid_v4()};
            co_await database.run_script("SELECT maintain_partitions('2026-06-15', 3)", soon());
            auto transaction = co_await database.begin(soon());
            co_await transaction.run_script("SET LOCAL enable_seqscan = off", soon());
            co_await transaction.execute(sql::become_tenant, pg::Params::of(service.to_string()), soon());
            auto params = pg::Params::of(service, std::int16_t{1}, std::optional<Uuid>(),
                                         std::optional<std::string>("x"), any, any, true, today, 250,
                                         uuid_v7_floor(Instant(std::chrono::sys_days(today))), std::int64_t{1'000'000});
            const auto rows = co_await transaction.execute(explain, std::move(params), soon());
            for (std::size_t i = 0; i < rows.size(); ++i) plan += rows.get<std::string>(i, 0) + "\n";
            co_await transaction.rollback(soon());
        });
    EXPECT_THAT(plan, HasSubstr("notifications_202606_service_id_client_reference_hash_id_idx")) << plan;
    EXPECT_THAT(plan, ::testing::ContainsRegex("Index Cond: .*client_reference_hash = ")) << plan;
}

// Behind row security, and no further than the days that it is about.
TEST(Plans, OfChangesFollowTheirIndexForATenantToo)
{
    const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", sql::list_changes.text);
    const pg::Statement explain{"t_explain_changes", text};
    const Instant day{std::chrono::sys_days(std::chrono::year(2026) / 6 / 15)};
    std::string plan;
    testing::with_database(
        [&](pg::Database& database) -> Task<>
        {
            const ServiceId service{make_uuid_v4()};
            co_await database.run_script("SELECT maintain_partitions('2026-06-15', 3)", soon());
            auto transaction = co_await database.begin(soon());
            co_await transaction.execute(sql::become_tenant, pg::Params::of(service.to_string()), soon());
            auto params = pg::Params::of(service, std::int64_t{7}, std::int64_t{1000}, day,
                                         day + std::chrono::hours(24), 250, std::int16_t{1}, true);
            const auto rows = co_await transaction.execute(explain, std::move(params), soon());
            for (std::size_t i = 0; i < rows.size(); ++i) plan += rows.get<std::string>(i, 0) + "\n";
            co_await transaction.rollback(soon());
        });
    EXPECT_THAT(plan, HasSubstr("Index Scan using notification_events_20260615_service_id_seq_idx")) << plan;
    EXPECT_THAT(plan, ::testing::ContainsRegex("Index Cond: .*seq > ")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("notification_events_20260617"))) << plan;
}

// A message every 43 seconds of June.
constexpr const char* kMonthOfMessages =
    "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, "
    "billable_units, international, rate_multiplier, local_date, purge_on, created_at) "
    "SELECT gen_random_uuid(), (left(ms, 8) || '-' || right(ms, 4) || '-7000-8000-000000000000')::uuid, "
    "gen_random_uuid(), 1, 1, 2, 5, 1, false, 1, '2026-06-15', '2026-06-23', now() "
    "FROM generate_series(0, 59999) i, "
    "LATERAL (SELECT lpad(to_hex(extract(epoch FROM timestamptz '2026-06-01Z')::bigint * 1000 + i::bigint * 43000), "
    "12, '0')) "
    "t (ms); ANALYZE notifications";

TEST(Plans, OfTheSelfCheckReadTheDaysThatItIsAbout)
{
    const LocalDate day = std::chrono::year(2026) / 6 / 15;
    const Instant start{std::chrono::sys_days(day)};
    const auto plan =
        plan_of(sql::check_ledger,
                pg::Params::of(day, day, uuid_v7_floor(start), uuid_v7_floor(start + std::chrono::hours(24))),
                kMonthOfMessages);
    EXPECT_THAT(plan, HasSubstr("Bitmap Index Scan on notifications_202606_id_idx")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("notifications_202605"))) << plan;
    EXPECT_THAT(plan, HasSubstr("ledger_by_day")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on ledger\n"))) << plan;
}

TEST(Plans, OfTimeOutsProbeTheMessagesOfThoseThatWait)
{
    const std::string rows =
        std::string(kMonthOfMessages) +
        "; INSERT INTO awaiting_receipts (provider, reference, service_id, notification_id, look_up_at, "
        "handed_over_at) SELECT 'sns', id::text, service_id, id, now(), '2026-06-15'::timestamptz + "
        "random() * interval '3 days' FROM notifications; ANALYZE awaiting_receipts";
    const Instant day{std::chrono::sys_days(std::chrono::year(2026) / 6 / 17)};
    const auto plan =
        plan_of(sql::time_out_notifications, pg::Params::of(day, Instant(), 5'000, day), rows, Scans::allowed);
    EXPECT_THAT(plan, HasSubstr("Index Scan using awaiting_receipts_by_hand_over")) << plan;
    EXPECT_THAT(plan, HasSubstr("Tid Scan on awaiting_receipts")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on notifications_202606"))) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on awaiting_receipts"))) << plan;
}

// All that waits belongs to one service; others have queued something once.
constexpr const char* kOneBusyServiceAndIdleOnes =
    "INSERT INTO queue_services SELECT 2, gen_random_uuid() FROM generate_series(1, 20); "
    "INSERT INTO queue_services VALUES (2, '00000000-0000-4000-8000-000000000000'); "
    "INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain) "
    "SELECT 2, '00000000-0000-4000-8000-000000000000', 1, gen_random_uuid(), 1, false FROM generate_series(1, 20000); "
    "ANALYZE queue_services, queue_ready";

TEST(Plans, OfListQueueServicesDoNotReadTheQueueForAnIdleService)
{
    const auto plan = plan_of(sql::list_queue_services, pg::Params(), kOneBusyServiceAndIdleOnes, Scans::allowed);
    EXPECT_THAT(plan, HasSubstr("Index Only Scan using queue_ready_pkey")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on queue_ready"))) << plan;
}

// Many suppressed recipients, of one service: each message of a batch probes for its own.
TEST(Plans, OfAcceptNotificationsProbeTheSuppressionsAlsoWhenThereAreMany)
{
    const std::vector<Uuid> ids(1);
    const std::vector<std::int16_t> numbers(1);
    const std::vector<std::int32_t> versions(1);
    const std::vector<std::int64_t> limits(1);
    const std::vector<std::string> texts(1);
    const std::vector<Instant> instants(1);
    const std::vector<LocalDate> dates(1);
    const std::vector<bool> flags(1);
    const std::vector<pg::Bytes> bytes(1);
    const auto plan = plan_of(sql::accept_notifications,
                              pg::Params::of(ids, ids, ids, versions, ids, numbers, numbers, numbers, numbers, flags,
                                             texts, texts, instants, dates, dates, bytes, limits, flags, texts, ids,
                                             bytes, bytes, ids, versions, ids, flags, instants),
                              "INSERT INTO suppressions (service_id, id, channel, recipient_hash, reason, created_at) "
                              "SELECT '00000000-0000-4000-8000-000000000000', gen_random_uuid(), 1, "
                              "decode(repeat(md5(i::text), 2), 'hex'), 1, now() FROM generate_series(1, 20000) i; "
                              "ANALYZE suppressions",
                              Scans::allowed);
    EXPECT_THAT(plan, HasSubstr("Index Scan using suppressions_active")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on suppressions"))) << plan;
}

TEST(Plans, OfSuppressionWorkFollowItsTime)
{
    EXPECT_THAT(plan_of(sql::list_due_suppressions, pg::Params::of(Instant(), 500)),
                HasSubstr("Index Scan using suppressions_due_by_time"));
    EXPECT_THAT(plan_of(sql::purge_lifted_suppressions, pg::Params::of(Instant(), 500)),
                HasSubstr("suppressions_lifted"));
}

// A long queue, and as many retries: a batch that ends its leases reads neither.
TEST(Plans, OfRecordSendResultsProbeTheQueueAlsoWhenItIsLong)
{
    const std::vector<Uuid> ids(1);
    const std::vector<std::int64_t> fences(1);
    const std::vector<std::int16_t> numbers(1);
    const std::vector<std::string> texts(1);
    const std::vector<Instant> instants(1);
    const auto plan =
        plan_of(sql::record_send_results,
                pg::Params::of(ids, ids, fences, numbers, numbers, texts, texts, texts, numbers, instants, instants,
                               numbers, Instant()),
                std::string(kOneBusyServiceAndIdleOnes) +
                    "; INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, "
                    "uncertain) SELECT now(), service_id, notification_id, lane, channel, 2, true FROM queue_ready; "
                    "ANALYZE queue_retries",
                Scans::allowed);
    EXPECT_THAT(plan, HasSubstr("Index Scan using queue_retries_by_message")) << plan;
    EXPECT_THAT(plan, HasSubstr("Index Scan using queue_ready_pkey")) << plan;
    EXPECT_THAT(plan, HasSubstr("Tid Scan on queue_ready")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on queue_re"))) << plan;
}

}  // namespace
}  // namespace herald
