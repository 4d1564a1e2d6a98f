#include "storage/pg/migrator.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald::pg
{
namespace
{

using herald::testing::soon;
using herald::testing::TestDatabase;
using herald::testing::with_database_at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Migration kFirst{1, "first", "CREATE TABLE a (x int4); INSERT INTO a VALUES (1);", "aa"};
constexpr Migration kSecond{2, "second", "ALTER TABLE a ADD COLUMN y int4;\n-- the end", "bb"};
constexpr Migration kBroken{2, "broken", "CREATE TABLE b (x int4); SELECT 1 / 0;", "cc"};

void with_empty_database(const herald::testing::DatabaseTask& body)
{
    const TestDatabase place(TestDatabase::Schema::empty);
    with_database_at(place.conninfo(), body);
}

TEST(Migrator, AppliesWhatIsMissingOnce)
{
    with_empty_database(
        [](Database& database) -> Task<>
        {
            const std::array one{kFirst};
            const std::array both{kFirst, kSecond};
            const auto first = co_await migrate(database, one, soon());
            EXPECT_THAT(first.value().applied, ElementsAre("0001_first"));
            const auto second = co_await migrate(database, both, soon());
            EXPECT_THAT(second.value().applied, ElementsAre("0002_second"));
            EXPECT_EQ(second.value().version, 2);
            const auto third = co_await migrate(database, both, soon());
            EXPECT_TRUE(third.value().applied.empty());
            EXPECT_TRUE((co_await check_schema(database, both, soon())).has_value());
        });
}

TEST(Migrator, KeepsNothingOfAMigrationThatFails)
{
    with_empty_database(
        [](Database& database) -> Task<>
        {
            const std::array broken{kFirst, kBroken};
            const auto report = co_await migrate(database, broken, soon());
            EXPECT_THAT(report.error().message, HasSubstr("0002_broken"));
            EXPECT_THAT(report.error().message, HasSubstr("division by zero"));
            const std::array good{kFirst, kSecond};
            const auto repaired = co_await migrate(database, good, soon());
            EXPECT_THAT(repaired.value().applied, ElementsAre("0002_second"));
            EXPECT_THROW(co_await database.run_script("SELECT * FROM b", soon()), SqlError);
        });
}

TEST(Migrator, RefusesANewerDatabaseAndAChangedMigration)
{
    with_empty_database(
        [](Database& database) -> Task<>
        {
            const std::array both{kFirst, kSecond};
            EXPECT_TRUE((co_await migrate(database, both, soon())).has_value());
            const std::array older{kFirst};
            EXPECT_THAT((co_await migrate(database, older, soon())).error().message, HasSubstr("newer herald"));
            EXPECT_THAT((co_await check_schema(database, older, soon())).error().message, HasSubstr("newer herald"));
            auto changed = both;
            changed[0].sha256 = "dd";
            EXPECT_THAT((co_await migrate(database, changed, soon())).error().message, HasSubstr("0001_first"));
        });
}

TEST(Migrator, CheckSaysToMigrate)
{
    with_empty_database(
        [](Database& database) -> Task<>
        {
            const std::array both{kFirst, kSecond};
            const auto empty = co_await check_schema(database, both, soon());
            EXPECT_THAT(empty.error().message, HasSubstr("herald migrate"));
            const std::array one{kFirst};
            co_await migrate(database, one, soon());
            const auto behind = co_await check_schema(database, both, soon());
            EXPECT_THAT(behind.error().message, HasSubstr("1 migrations behind"));
        });
}

Task<> migrate_into(const std::string& conninfo, std::size_t& applied)
{
    DatabaseOptions options;
    options.conninfo = conninfo;
    Database database(co_await asio::this_coro::executor, options);
    const std::array both{kFirst, kSecond};
    const auto report = co_await migrate(database, both, soon());
    if (report)
        applied += report->applied.size();
    else
        ADD_FAILURE() << report.error().message;
}

TEST(Migrator, ManyAtOnceApplyEachMigrationOnce)
{
    const TestDatabase place(TestDatabase::Schema::empty);
    with_database_at(place.conninfo(),
                     [&](Database&) -> Task<>
                     {
                         TaskScope scope(co_await asio::this_coro::executor);
                         std::size_t applied = 0;
                         for (int i = 0; i < 6; ++i) scope.spawn("migrate", migrate_into(place.conninfo(), applied));
                         EXPECT_TRUE(co_await scope.join(soon()));
                         EXPECT_EQ(applied, 2U);
                     });
}

TEST(Migrator, TheSchemaOfThisBinaryIsComplete)
{
    herald::testing::with_database([](Database& database) -> Task<>
                                   { EXPECT_TRUE((co_await check_schema(database, soon())).has_value()); });
}

}  // namespace
}  // namespace herald::pg
