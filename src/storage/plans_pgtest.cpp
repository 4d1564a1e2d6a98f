// How PostgreSQL goes about the statements that must not read or sort a whole large table. Scans and sorts are forbidden
// first, so that a plan that still has one says: there is no index for it.
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

// One line a step.
std::string plan_of(pg::Statement statement, const pg::Params& params)
{
    const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", statement.text);
    const pg::Statement explain{"t_explain", text};
    std::string plan;
    testing::with_database(
        [&](pg::Database& database) -> Task<>
        {
            co_await database.run_script("SELECT maintain_partitions('2026-06-15', 3)", soon());
            auto transaction = co_await database.begin(soon());
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
    EXPECT_THAT(plan, Not(HasSubstr("->  Sort"))) << plan;
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << plan;
}

}  // namespace
}  // namespace herald
