#include "cli/output.hpp"

#include <gtest/gtest.h>

namespace herald::cli
{
namespace
{

TEST(Output, ColumnsAreAsWideAsTheirWidestCell)
{
    const auto text = table({{"ID", "NAME"}, {"1", "a"}, {"1234", "b"}});
    EXPECT_EQ(text, "ID    NAME\n1     a\n1234  b\n");
}

TEST(Output, LettersCountNotBytes)
{
    const auto text = table({{"NAME", "X"}, {"T\u0177", "1"}, {"abcd", "2"}});
    EXPECT_EQ(text, "NAME  X\nT\u0177    1\nabcd  2\n");
}

TEST(Output, AListOfNothingSaysSo)
{
    EXPECT_EQ(table({{"ID", "NAME"}}), "none\n");
}

TEST(Output, LinesOfAValueStayInTheirColumn)
{
    EXPECT_EQ(facts({{"id", "1"}, {"content", "one\r\ntwo"}}), "id       1\ncontent  one\n         two\n");
}

TEST(Output, MomentsAreReadable)
{
    EXPECT_EQ(moment(parse_iso8601("2026-11-23T09:05:07.5Z")), "2026-11-23 09:05:07 UTC");
    EXPECT_EQ(moment(std::nullopt), "-");
    EXPECT_EQ(json_moment(parse_iso8601("2026-11-23T09:05:07Z")), json::value("2026-11-23T09:05:07.000000Z"));
    EXPECT_TRUE(json_moment(std::nullopt).is_null());
}

}  // namespace
}  // namespace herald::cli
