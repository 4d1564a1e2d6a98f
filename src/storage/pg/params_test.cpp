#include "storage/pg/params.hpp"

#include <gtest/gtest.h>

namespace herald::pg
{
namespace
{

std::string bytes_of(Params params, std::size_t index = 0)
{
    const auto view = params.view();
    return {view.values[index], static_cast<std::size_t>(view.lengths[index])};
}

TEST(Params, WritesIntegersBigEndian)
{
    EXPECT_EQ(bytes_of(Params::of(std::int16_t{258})), std::string("\x01\x02", 2));
    EXPECT_EQ(bytes_of(Params::of(std::int32_t{-2})), std::string("\xff\xff\xff\xfe", 4));
    EXPECT_EQ(bytes_of(Params::of(std::int64_t{1})), std::string("\0\0\0\0\0\0\0\x01", 8));
}

TEST(Params, CountsInstantsFromTheYear2000)
{
    const Instant instant = std::chrono::sys_days(std::chrono::year{2000} / 1 / 1) + std::chrono::microseconds(3);
    EXPECT_EQ(bytes_of(Params::of(instant)), std::string("\0\0\0\0\0\0\0\x03", 8));
}

TEST(Params, GivesANullPointerForAnEmptyOptionalAndKeepsItsType)
{
    auto params = Params::of(std::optional<std::string>(), std::optional<std::int32_t>(7));
    const auto view = params.view();
    ASSERT_EQ(view.count, 2);
    EXPECT_EQ(view.values[0], nullptr);
    EXPECT_EQ(view.types[0], 25U);
    EXPECT_NE(view.values[1], nullptr);
    EXPECT_EQ(view.types[1], 23U);
}

TEST(Params, KeepsAnEmptyTextApartFromNull)
{
    auto params = Params::of("", std::string("x"));
    const auto view = params.view();
    EXPECT_NE(view.values[0], nullptr);
    EXPECT_EQ(view.lengths[0], 0);
}

TEST(Params, WritesAnArrayWithItsNulls)
{
    const std::vector<std::optional<std::int16_t>> values{std::int16_t{5}, std::nullopt};
    const std::string expected(
        "\0\0\0\x01"            // dimensions
        "\0\0\0\x01"            // may hold NULLs
        "\0\0\0\x15"            // int2
        "\0\0\0\x02\0\0\0\x01"  // length, lower bound
        "\0\0\0\x02\0\x05"
        "\xff\xff\xff\xff",
        30);
    EXPECT_EQ(bytes_of(Params::of(values)), expected);
}

TEST(Params, AnEmptyArrayHasNoDimensions)
{
    EXPECT_EQ(bytes_of(Params::of(std::vector<std::string>())).substr(0, 4), std::string(4, '\0'));
}

TEST(Params, SurvivesBeingMoved)
{
    auto params = Params::of("first", std::string(100, 'x'));
    auto moved = std::move(params);
    EXPECT_EQ(bytes_of(moved, 1), std::string(100, 'x'));
}

}  // namespace
}  // namespace herald::pg
