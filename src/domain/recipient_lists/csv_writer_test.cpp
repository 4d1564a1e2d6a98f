#include "domain/recipient_lists/csv_writer.hpp"

#include <gtest/gtest.h>

#include "domain/recipient_lists/csv_reader.hpp"

namespace herald
{
namespace
{

using Cells = std::vector<std::string>;

std::string record(const Cells& cells, char delimiter = ',')
{
    std::string text;
    append_csv_record(text, cells, delimiter);
    return text;
}

Cells read_back(std::string_view text, char delimiter = ',')
{
    CsvReader reader(delimiter);
    EXPECT_EQ(reader.read(text), CsvReader::Outcome::record);
    Cells cells;
    for (std::size_t i = 0; i < reader.size(); ++i) cells.emplace_back(reader.cell(i));
    return cells;
}

TEST(CsvWriterTest, QuotesWhatNeedsIt)
{
    EXPECT_EQ(record({}), "\r\n");
    EXPECT_EQ(record({""}), "\"\"\r\n");
    EXPECT_EQ(record({"", ""}), ",\r\n");
    EXPECT_EQ(record({"a", "b c", "é"}), "a,b c,é\r\n");
    EXPECT_EQ(record({"a,b", "c\"d", "e\nf", "g\rh", " i"}), "\"a,b\",\"c\"\"d\",\"e\nf\",\"g\rh\",\" i\"\r\n");
    EXPECT_EQ(record({"a,b", "c;d"}, ';'), "a,b;\"c;d\"\r\n");
    EXPECT_EQ(record({"=1+1"}), "=1+1\r\n");
}

TEST(CsvWriterTest, WritesWhatTheReaderReads)
{
    const std::vector<Cells> records = {
        {""}, {"", ""}, {"a"}, {" a ", "\"", "\"\"", ","}, {"\r\n", "\n", "\r"}, {"a\"b\"", "\t", "é;|"}, {"'", "   "},
    };
    for (const auto& cells : records)
        for (const char delimiter : {',', ';', '\t', '|'})
            EXPECT_EQ(read_back(record(cells, delimiter), delimiter), cells);
}

TEST(CsvWriterTest, GuardsFormulasAndLeavesNumbersAlone)
{
    for (const auto* formula : {"=1+1", "=HYPERLINK(\"http://example.com\")", "@SUM(A1)", "+A1", "-A1",
                                "+cmd|' /C calc'!A0", "\t=1", "\r=1", "-2+3+cmd|' /C calc'!A0"})
        EXPECT_EQ(guard_formula(formula), std::string("'") + formula);
    for (const auto* harmless : {"", "a", "a=b", "a@b.com", "+12028675309", "+1 (202) 867-5309", "-12.50", "-",
                                 "07700 900123", "'", "'quoted'", "O'Neil"})
        EXPECT_EQ(guard_formula(harmless), harmless);
}

TEST(CsvWriterTest, TheGuardComesOffAgain)
{
    for (const auto* cell :
         {"", "'", "''", "a", "=", "'=", "''=1", "'@home'", "+1", "'+1", "'+a", "+a", "'a", "\t", "'\t"})
        EXPECT_EQ(unguard_formula(guard_formula(cell)), cell) << cell;
}

TEST(BadRowsWriterTest, AddsTheReasonAsTheLastColumn)
{
    const BadRowsWriter writer({"phone number", "name"});
    EXPECT_EQ(writer.header(), "\ufeffphone number,name,reason this row was not sent\r\n");

    RecipientRow row;
    row.cells = {"12", "=A1"};
    row.errors = {{.kind = RowErrorKind::invalid_recipient, .column = "phone number", .message = "Not enough digits"},
                  {.kind = RowErrorKind::missing, .column = "day", .message = "Missing"}};
    EXPECT_EQ(writer.row(row), "12,'=A1,phone number: Not enough digits; day: Missing\r\n");
    EXPECT_EQ(writer.row(Cells{"12"}, "too short a row"), "12,,too short a row\r\n");
    EXPECT_EQ(writer.row(Cells{"12", "a", "b", ""}, "too long a row"), "12,a,too long a row,b,\r\n");
}

TEST(BadRowsWriterTest, ReplacesAnEarlierReason)
{
    const BadRowsWriter writer({"phone number", "Reason this row was not sent", "name"});
    EXPECT_EQ(writer.header(), "\ufeffphone number,Reason this row was not sent,name\r\n");
    EXPECT_EQ(writer.row(Cells{"12", "old", "a"}, "new"), "12,new,a\r\n");
    EXPECT_EQ(writer.row(Cells{"12"}, "new"), "12,new,\r\n");
}

}  // namespace
}  // namespace herald
