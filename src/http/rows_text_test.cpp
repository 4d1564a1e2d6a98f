#include "http/rows_text.hpp"

#include <gtest/gtest.h>

namespace herald::http
{
namespace
{

const json::object kPage{{"links", {{"current", "\"rows\":["}}}, {"rows", json::array()}, {"total", 2}};

TEST(RowsText, GivesTheSameTextAsTheWholeValue)
{
    RowsText rows(1000);
    json::object whole = kPage;
    for (const json::value& row : {json::value{{"b", 1}, {"a", "ü"}}, json::value{{"a", nullptr}}})
    {
        EXPECT_TRUE(rows.add(row));
        whole["rows"].as_array().push_back(row);
    }
    EXPECT_EQ(std::move(rows).in(kPage, "rows"), to_wire(whole));
}

TEST(RowsText, NoRowsAreAnEmptyArray)
{
    EXPECT_EQ(RowsText(1000).in(kPage, "rows"), to_wire(kPage));
}

TEST(RowsText, APageEndsBeforeTheRowThatIsTooMuchButHasAlwaysOne)
{
    RowsText rows(10);
    EXPECT_TRUE(rows.add("a long row of text"));
    EXPECT_FALSE(rows.add("x"));
    EXPECT_EQ(std::move(rows).in({{"rows", json::array()}}, "rows"), "{\"rows\":[\"a long row of text\"]}\n");
}

}  // namespace
}  // namespace herald::http
