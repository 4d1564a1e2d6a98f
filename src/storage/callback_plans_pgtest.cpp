// What waits for one endpoint costs the claims for others nothing: counted in pages that a claim touches.
#include <regex>

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

// Every claim sees all of its endpoints: three services with 100,000 callbacks each (one paused, one that fails, one
// that does well), and one with three.
constexpr const char* kBacklogs =
    "INSERT INTO services (id, name, email_from, message_limit, created_at) SELECT "
    "('00000000-0000-4000-8000-00000000000' || i)::uuid, 'Service ' || i, 'service.' || i, 50, now() FROM "
    "generate_series(1, 4) i; "
    "INSERT INTO service_callbacks (service_id, callback_type, id, url, secrets_sealed, created_at, failures, "
    "failing_since, paused_since, probe_at) SELECT id, 'delivery_status', gen_random_uuid(), 'https://town.example/', "
    "'x', now(), CASE name WHEN 'Service 1' THEN 10 WHEN 'Service 2' THEN 10 ELSE 0 END, now(), CASE name WHEN "
    "'Service 1' THEN now() END, CASE name WHEN 'Service 1' THEN now() + interval '1 hour' END FROM services; "
    "INSERT INTO callback_tasks (service_id, callback_type, subject_id, run_at) SELECT id, 'delivery_status', "
    "gen_random_uuid(), now() - interval '1 hour' FROM services, generate_series(1, 100000) WHERE name <> 'Service 4'; "
    "INSERT INTO callback_tasks (service_id, callback_type, subject_id, run_at) SELECT id, 'delivery_status', "
    "gen_random_uuid(), now() FROM services, generate_series(1, 3) WHERE name = 'Service 4'; "
    "ANALYZE callback_tasks, service_callbacks, services";

std::string lines_of(const pg::Rows& rows)
{
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) text += rows.get<std::string>(i, 0) + "\n";
    return text;
}

// A figure of EXPLAIN is that of a step and of what is below it; the first is the whole statement's.
int pages_of(const std::string& plan)
{
    std::smatch found;
    if (!std::regex_search(plan, found, std::regex(R"(Buffers: shared hit=(\d+)(?: read=(\d+))?)"))) return -1;
    return std::stoi(found[1]) + (found[2].matched ? std::stoi(found[2]) : 0);
}

constexpr pg::Statement kClaim{"t_claim",
                               "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE t_callbacks (256, 110, 8, '{}', '{}', "
                               "'{}', '00000000-0000-0000-0000-000000000000', '', 3, 15)"};

// As the first runs of a prepared statement are planned, and as the later ones may be. 12 are taken: 8, 1 and 3.
Task<> expect_cheap_claim(pg::Database& database, const char* plan_cache_mode)
{
    auto transaction = co_await database.begin(soon());
    co_await transaction.run_script(fmt::format("SET LOCAL plan_cache_mode = {}; PREPARE t_callbacks AS {}",
                                                plan_cache_mode, sql::claim_callbacks.text),
                                    soon());
    const auto rows = co_await transaction.execute(kClaim, pg::Params(), soon());
    const auto plan = lines_of(rows);
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on callback_tasks"))) << plan;
    EXPECT_THAT(plan, HasSubstr("Tid Scan on callback_tasks")) << plan;
    const int pages = pages_of(plan);
    EXPECT_GT(pages, 0) << plan;
    EXPECT_LT(pages, 600) << plan;
    co_await transaction.run_script("DEALLOCATE t_callbacks", soon());
    co_await transaction.rollback(soon());
}

Task<> expect_probing_record(pg::Database& database)
{
    const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", sql::record_callbacks.text);
    const pg::Statement explain{"t_record", text};
    const std::vector<Uuid> ids(8);
    const std::vector<std::optional<Uuid>> notifications(8);
    const std::vector<std::string> texts(8);
    const std::vector<std::int64_t> fences(8);
    const std::vector<std::int16_t> numbers(8);
    const std::vector<std::int32_t> took(8);
    auto params = pg::Params::of(ids, texts, ids, fences, numbers, numbers, numbers, notifications, numbers, took,
                                 texts, Instant(), std::int16_t{5}, 300.0, 10, 60.0, 30.0, 900.0);
    const auto rows = co_await database.execute(explain, std::move(params), soon());
    const auto plan = lines_of(rows);
    EXPECT_THAT(plan, HasSubstr("callback_tasks_pkey")) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on callback_tasks"))) << plan;
}

TEST(CallbackPlans, ClaimAndRecordTouchFewPagesHoweverMuchWaits)
{
    testing::with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await database.run_script(kBacklogs, soon());
            co_await expect_cheap_claim(database, "force_custom_plan");
            co_await expect_cheap_claim(database, "force_generic_plan");
            co_await expect_probing_record(database);
        });
}

}  // namespace
}  // namespace herald
