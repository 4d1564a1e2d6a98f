// Every statement of the tree, prepared by a real server on the migrated schema: a column that was renamed in a
// migration and not in a query is a red test.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sql/queries.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

Task<> prepare(pg::Database& database, pg::Statement statement)
{
    try
    {
        co_await database.run_script(fmt::format("PREPARE {} AS {}", statement.name, statement.text), testing::soon());
    }
    catch (const pg::SqlError& refused)
    {
        ADD_FAILURE() << statement.name << ".sql: " << refused.what() << " (" << refused.sqlstate << ")";
    }
}

TEST(Queries, ArePreparedByAServerWithTheMigratedSchema)
{
    testing::with_database(
        [](pg::Database& database) -> Task<>
        {
            for (const auto& statement : sql::kAll) co_await prepare(database, statement);
        },
        1);
}

}  // namespace
}  // namespace herald
