#include "domain/recipient_lists/list_dialect.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "domain/recipient_lists/csv_reader.hpp"

namespace herald
{
namespace
{

struct FoundLine
{
    bool found = false;
    std::string line;
    std::string kept;

    friend bool operator==(const FoundLine&, const FoundLine&) = default;
};

FoundLine find_line(std::string_view text, std::size_t step)
{
    HeaderFinder finder;
    FoundLine result;
    while (!text.empty() && !result.found)
    {
        result.kept += text.substr(0, step);
        text.remove_prefix(std::min(step, text.size()));
        result.found = finder.find(result.kept);
    }
    result.line = finder.line(result.kept);
    result.kept += text;
    return result;
}

TEST(HeaderFinderTest, FindsTheFirstLineThatSaysSomething)
{
    struct Case
    {
        std::string_view text;
        FoundLine expected;
    };
    const std::vector<Case> cases = {
        {"", {false, "", ""}},
        {"a,b", {false, "a,b", "a,b"}},
        {"a,b\nc", {true, "a,b\n", "a,b\nc"}},
        {"a,b\r\nc", {true, "a,b\r", "a,b\r\nc"}},
        {"\n\r\n ,;\t|\n\"\",\"\"\na\nb", {true, "a\n", "a\nb"}},
        {"\n\n  ", {false, "  ", "  "}},
        {"\"a\nb\";c\nd", {true, "\"a\nb\";c\n", "\"a\nb\";c\nd"}},
        {"x;\"a\"\"\nb\"\nc", {true, "x;\"a\"\"\nb\"\n", "x;\"a\"\"\nb\"\nc"}},
        {"5\" pipe,b\nc", {true, "5\" pipe,b\n", "5\" pipe,b\nc"}},
        {"\"a\",  \"b\n\"\nc", {true, "\"a\",  \"b\n\"\n", "\"a\",  \"b\n\"\nc"}},
    };
    for (const auto& each : cases)
        for (const std::size_t step : {1UL, 2UL, 100UL})
            EXPECT_EQ(find_line(each.text, step), each.expected) << each.text << " by " << step;
}

TEST(HeaderFinderTest, KeepsNothingOfBlankLinesAndDoesNotWaitForever)
{
    HeaderFinder finder;
    std::string text;
    for (int i = 0; i < 1000; ++i)
    {
        text += std::string(10'000, '\n');
        ASSERT_FALSE(finder.find(text));
        ASSERT_TRUE(text.empty());
    }
    text = "\"" + std::string(kMaxRecordBytes, '\n');
    EXPECT_TRUE(finder.find(text));
}

TEST(ListDialectTest, TakesTheDelimiterThatExcelNames)
{
    EXPECT_EQ(named_delimiter("sep=;\r\n"), ';');
    EXPECT_EQ(named_delimiter("sep=,"), ',');
    EXPECT_EQ(named_delimiter("sep=\t\n"), '\t');
    EXPECT_EQ(named_delimiter("\"sep=|\"\r"), '|');
    for (const auto* line : {"", "sep=", "sep=x", "sep=;;", "sep", "Sep=;", "a,sep=;", "\"", "\"\""})
        EXPECT_EQ(named_delimiter(line), std::nullopt) << line;
}

TEST(ListDialectTest, ChoosesTheDelimiterByTheColumnsThatAreWanted)
{
    const std::vector<std::string> wanted = {"phonenumber", "name", "daymonth"};
    struct Case
    {
        std::string_view header;
        char delimiter;
    };
    const std::vector<Case> cases = {
        {"phone number,name", ','},
        {"phone number;name", ';'},
        {"Phone Number\tName\n", '\t'},
        {"PHONE_NUMBER|name|daymonth", '|'},
        {"phone number", ','},
        {"", ','},
        {"phone number;a,b,c,d,e,f", ';'},         // commas within a name
        {"\"phone number\";\"a,b,c\";name", ';'},  // in quotes
        {"\"a;b;c;d\",\"phone number\"", ','},     //
        {"a;b,c", ','},                            // neither is wanted: the first of equals
        {"a;b;c,d", ';'},                          // the most cells
        {"phone number;day,month", ';'},
        {"\"phone number\nof the person\",name", ','},
    };
    for (const auto& each : cases) EXPECT_EQ(choose_delimiter(each.header, wanted), each.delimiter) << each.header;
}

}  // namespace
}  // namespace herald
