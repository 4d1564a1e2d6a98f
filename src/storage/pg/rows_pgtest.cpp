// Every type of Params and Rows, there and back through a real server.
#include "storage/pg/rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pg_fixture.hpp"

namespace herald::pg
{
namespace
{

using herald::testing::soon;
using herald::testing::with_database;

template <class T>
Task<> expect_round_trip(Database& database, std::string_view name, std::string_view text, T value)
{
    const Statement statement{name, text};
    auto params = Params::of(value);
    const auto rows = co_await database.execute(statement, std::move(params), soon());
    EXPECT_EQ(rows.template get<T>(0, 0), value) << name;
    const std::optional<T> nothing;
    auto null = Params::of(nothing);
    const auto empty = co_await database.execute(statement, std::move(null), soon());
    EXPECT_EQ(empty.template get<std::optional<T>>(0, 0), std::nullopt) << name;
    EXPECT_THROW(static_cast<void>(empty.template get<T>(0, 0)), std::logic_error) << name;
}

TEST(Rows, GiveBackEveryTypeAndItsNull)
{
    with_database(
        [](Database& database) -> Task<>
        {
            const Instant instant(std::chrono::microseconds(1'764'000'000'123'456));
            const Instant before_2000(std::chrono::microseconds(-5));
            const LocalDate date(std::chrono::year{1999} / 12 / 31);
            const Bytes bytes{std::string("\0\xff\n", 3)};
            co_await expect_round_trip(database, "t_bool", "SELECT $1", true);
            co_await expect_round_trip(database, "t_int2", "SELECT $1", std::int16_t{-32768});
            co_await expect_round_trip(database, "t_int4", "SELECT $1", std::int32_t{-7});
            co_await expect_round_trip(database, "t_int8", "SELECT $1", std::int64_t{INT64_MIN});
            co_await expect_round_trip(database, "t_float8", "SELECT $1", -0.1);
            co_await expect_round_trip(database, "t_text", "SELECT $1", std::string("gr\xc3\xbc\xc3\x9f"));
            co_await expect_round_trip(database, "t_bytea", "SELECT $1", bytes);
            co_await expect_round_trip(database, "t_uuid", "SELECT $1", make_uuid_v4());
            co_await expect_round_trip(database, "t_id", "SELECT $1", ServiceId{make_uuid_v4()});
            co_await expect_round_trip(database, "t_time", "SELECT $1", instant);
            co_await expect_round_trip(database, "t_early", "SELECT $1", before_2000);
            co_await expect_round_trip(database, "t_date", "SELECT $1", date);
        });
}

template <class T>
Task<> expect_array(Database& database, std::string_view name, T first, T second)
{
    const Statement statement{name, "SELECT $1"};
    const std::vector<T> full{first, second};
    const std::vector<std::optional<T>> sparse{first, std::nullopt, second};
    co_await expect_round_trip(database, name, "SELECT $1", full);
    co_await expect_round_trip(database, name, "SELECT $1", sparse);
    co_await expect_round_trip(database, name, "SELECT $1", std::vector<T>());
    auto params = Params::of(sparse);
    const auto rows = co_await database.execute(statement, std::move(params), soon());
    EXPECT_THROW(static_cast<void>(rows.template get<std::vector<T>>(0, 0)), std::logic_error) << name;
}

TEST(Rows, GiveBackArraysOfEveryTypeWithTheirNulls)
{
    with_database(
        [](Database& database) -> Task<>
        {
            const auto now = SystemClock().now();
            const LocalDate date(std::chrono::year{2026} / 11 / 23);
            const Bytes bytes{std::string("\0x", 2)};
            const Bytes no_bytes;
            co_await expect_array(database, "a_bool", true, false);
            co_await expect_array(database, "a_int2", std::int16_t{1}, std::int16_t{-2});
            co_await expect_array(database, "a_int4", std::int32_t{1}, std::int32_t{-2});
            co_await expect_array(database, "a_int8", std::int64_t{1}, std::int64_t{-2});
            co_await expect_array(database, "a_float8", 1.5, -2.5);
            co_await expect_array(database, "a_text", std::string("{\"a\",NULL}"), std::string());
            co_await expect_array(database, "a_bytea", bytes, no_bytes);
            co_await expect_array(database, "a_uuid", make_uuid_v4(), make_uuid_v4());
            co_await expect_array(database, "a_time", now, Instant());
            const LocalDate epoch = std::chrono::year{1970} / 1 / 1;
            co_await expect_array(database, "a_date", date, epoch);
        });
}

TEST(Rows, ReadJsonEnumLabelsAndVarchar)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await database.run_script("CREATE TYPE colour AS ENUM ('red', 'green')", soon());
            Params params;
            params.add_json(R"({"a": [1, null]})");
            const Statement statement{"t_texts",
                                      "SELECT $1 AS j, '{}'::json AS k, 'red'::colour AS c, 'x'::varchar(3) AS v"};
            const auto rows = co_await database.execute(statement, std::move(params), soon());
            EXPECT_EQ(rows.get<std::string>(0, "j"), R"({"a": [1, null]})");
            EXPECT_EQ(rows.get<std::string>(0, "k"), "{}");
            EXPECT_EQ(rows.get<std::string>(0, "c"), "red");
            EXPECT_EQ(rows.get<std::string>(0, "v"), "x");
        });
}

struct Person
{
    std::string name;
    std::optional<std::int32_t> age;
};
BOOST_DESCRIBE_STRUCT(Person, (), (name, age))

TEST(Rows, FillADescribedStructByColumnName)
{
    with_database(
        [](Database& database) -> Task<>
        {
            const Statement statement{"t_people", "SELECT 36::int4 AS age, 'Ada' AS name UNION ALL SELECT NULL, 'Bob'"};
            const auto rows = co_await database.execute(statement, Params(), soon());
            const auto people = rows.all<Person>();
            EXPECT_EQ(people.size(), 2U);
            EXPECT_EQ(people.at(0).name, "Ada");
            EXPECT_EQ(people.at(0).age, 36);
            EXPECT_EQ(people.at(1).age, std::nullopt);
        });
}

void expect_complaint(const std::function<void()>& action, const std::string& part)
{
    try
    {
        action();
        ADD_FAILURE() << "nothing was thrown; expected " << part;
    }
    catch (const std::logic_error& complaint)
    {
        EXPECT_THAT(complaint.what(), ::testing::HasSubstr(part));
    }
}

TEST(Rows, NameTheStatementAndTheColumnOfAMistake)
{
    with_database(
        [](Database& database) -> Task<>
        {
            const Statement statement{
                "t_wrong", "SELECT 1::int4 AS age, 'Ada' AS name, 2::int4 AS extra, 'infinity'::timestamptz AS never"};
            const auto rows = co_await database.execute(statement, Params(), soon());
            expect_complaint([&] { (void)rows.get<std::int64_t>(0, "age"); },
                             "t_wrong, column 0 (age): the column has another type");
            expect_complaint([&] { (void)rows.get<std::string>(0, "nmae"); }, "t_wrong has no column nmae");
            expect_complaint([&] { (void)rows.get<std::int32_t>(1, "age"); }, "row 1 of 1");
            expect_complaint([&] { (void)rows.all<Person>(); }, "t_wrong has 4 columns, 2 were expected");
            expect_complaint([&] { (void)rows.get<Instant>(0, "never"); }, "column 3 (never): the instant is outside");
        });
}

TEST(Rows, CountWhatAStatementTouched)
{
    with_database(
        [](Database& database) -> Task<>
        {
            co_await database.run_script("CREATE TABLE things (id int4)", soon());
            const std::vector<std::int32_t> ids{1, 2, 3};
            auto params = Params::of(ids);
            const Statement insert{"t_insert", "INSERT INTO things SELECT unnest($1::int4[])"};
            const auto inserted = co_await database.execute(insert, std::move(params), soon());
            EXPECT_EQ(inserted.affected(), 3);
            const Statement remove{"t_delete", "DELETE FROM things WHERE id > 1 RETURNING id"};
            const auto removed = co_await database.execute(remove, Params(), soon());
            EXPECT_EQ(removed.affected(), 2);
            EXPECT_EQ(removed.size(), 2U);
        });
}

}  // namespace
}  // namespace herald::pg
