#include "domain/recipient_lists/csv_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> cells_of(const CsvReader& reader)
{
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < reader.size(); ++i) cells.emplace_back(reader.cell(i));
    return cells;
}

// In chunks of `step` bytes.
Rows read_all(std::string_view text, char delimiter, std::size_t step)
{
    CsvReader reader(delimiter);
    Rows rows;
    while (!text.empty())
    {
        auto chunk = text.substr(0, step);
        text.remove_prefix(chunk.size());
        while (reader.read(chunk) == CsvReader::Outcome::record) rows.push_back(cells_of(reader));
    }
    if (reader.finish() == CsvReader::Outcome::record) rows.push_back(cells_of(reader));
    return rows;
}

struct Case
{
    const char* name;
    std::string_view text;
    Rows rows;
    char delimiter = ',';
};

class CsvReaderTest : public testing::TestWithParam<Case>
{
};

TEST_P(CsvReaderTest, ReadsTheSameRecordsHoweverTheTextIsCut)
{
    for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 1000UL})
        EXPECT_EQ(read_all(GetParam().text, GetParam().delimiter, step), GetParam().rows) << step;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Rfc4180AndWhatSpreadsheetsDo, CsvReaderTest, testing::Values(
    Case{"Nothing", "", {}},
    Case{"OneCell", "a", {{"a"}}},
    Case{"UnixLines", "a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
    Case{"DosLines", "a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
    Case{"OldMacLines", "a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
    Case{"MixedLines", "a\nb\r\nc\rd", {{"a"}, {"b"}, {"c"}, {"d"}}},
    Case{"NoLastLineEnd", "a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
    Case{"EmptyLines", "a\n\n\r\n\rb\n", {{"a"}, {}, {}, {}, {"b"}}},
    Case{"EmptyCells", ",\n,,\n", {{"", ""}, {"", "", ""}}},
    Case{"TrailingDelimiter", "a,\n", {{"a", ""}}},
    Case{"Quoted", "\"a\",\"b\"\n", {{"a", "b"}}},
    Case{"QuotedDelimiter", "\"a,b\",c\n", {{"a,b", "c"}}},
    Case{"QuotedQuote", "\"a\"\"b\",\"\"\"\"\n", {{"a\"b", "\""}}},
    Case{"QuotedLineEnds", "\"a\nb\r\nc\rd\"\ne\n", {{"a\nb\r\nc\rd"}, {"e"}}},
    Case{"QuotedNothing", "\"\"\n", {{""}}},
    Case{"QuoteInsideACell", "a\"b,5\" pipe\n", {{"a\"b", "5\" pipe"}}},
    Case{"TextAfterAClosingQuote", "\"a\"b,c\n", {{"ab", "c"}}},
    Case{"QuoteAfterTextAfterAClosingQuote", "\"a\"b\"c,d\n", {{"ab\"c", "d"}}},
    Case{"NoClosingQuote", "a,\"b\nc", {{"a", "b\nc"}}},
    Case{"EndsWithAnOpeningQuote", "a,\"", {{"a", ""}}},
    Case{"SpacesBeforeCells", "a,  b,  \"c, d\"\n", {{"a", "b", "c, d"}}},
    Case{"SpacesAfterCells", "a ,\"b\" ,c \n", {{"a ", "b ", "c "}}},
    Case{"OnlySpaces", "   \n", {{""}}},
    Case{"TabsAreNotSpaces", "\ta\n", {{"\ta"}}},
    Case{"OtherScripts", "é,ж\n", {{"é", "ж"}}},
    Case{"Semicolons", "a,b;\"c;d\"\n", {{"a,b", "c;d"}}, ';'},
    Case{"Tabs", "a\t\tb\n", {{"a", "", "b"}}, '\t'},
    Case{"Pipes", "a|b\n", {{"a", "b"}}, '|'}),
    [](const auto& each) { return std::string(each.param.name); });
// clang-format on

CsvReader::Outcome outcome_of(std::string_view text, std::size_t step)
{
    CsvReader reader(',');
    auto outcome = CsvReader::Outcome::more;
    while (!text.empty() && outcome != CsvReader::Outcome::too_long)
    {
        auto chunk = text.substr(0, step);
        text.remove_prefix(chunk.size());
        do outcome = reader.read(chunk);
        while (outcome == CsvReader::Outcome::record);
        EXPECT_LE(reader.buffered_bytes(), 4 * kMaxRecordBytes);
    }
    if (outcome == CsvReader::Outcome::too_long)
    {
        std::string_view more = "x";
        EXPECT_EQ(reader.read(more), CsvReader::Outcome::too_long);
        EXPECT_EQ(reader.finish(), CsvReader::Outcome::too_long);
    }
    return outcome;
}

TEST(CsvReaderTest, RefusesWhatIsTooLong)
{
    const std::string longest(kMaxCellBytes, 'x');
    std::string longest_record;
    for (std::size_t i = 0; i < kMaxRecordBytes / kMaxCellBytes; ++i) longest_record += longest + ",";
    const std::string most_cells(kMaxRecordCells - 1, ',');

    for (const std::size_t step : {4096UL, std::string::npos})
    {
        EXPECT_EQ(outcome_of(longest + ",a", step), CsvReader::Outcome::more);
        EXPECT_EQ(outcome_of(longest + "x,a", step), CsvReader::Outcome::too_long);
        EXPECT_EQ(outcome_of("\"" + longest + "\"\n", step), CsvReader::Outcome::more);
        EXPECT_EQ(outcome_of("\"" + longest + "\n", step), CsvReader::Outcome::too_long);
        EXPECT_EQ(outcome_of(longest_record, step), CsvReader::Outcome::more);
        EXPECT_EQ(outcome_of(longest_record + "x", step), CsvReader::Outcome::too_long);
        EXPECT_EQ(outcome_of(most_cells, step), CsvReader::Outcome::more);
        EXPECT_EQ(outcome_of(most_cells + ",,", step), CsvReader::Outcome::too_long);
        EXPECT_EQ(outcome_of(std::string(kMaxRecordCells, ',') + "\n", step), CsvReader::Outcome::too_long);
    }
}

}  // namespace
}  // namespace herald
