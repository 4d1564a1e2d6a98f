#include "domain/recipient_lists/recipient_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/recipient_lists/csv_writer.hpp"

namespace herald
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

struct ReadList
{
    std::vector<RecipientRow> rows;
    std::optional<ListError> error;
    std::vector<std::string> columns;
};

ReadList read_list(RecipientListOptions options, std::string_view bytes, std::size_t step = std::string_view::npos)
{
    RecipientListReader reader(std::move(options));
    ReadList list;
    const auto take_rows = [&]
    {
        while (auto row = reader.next())
        {
            EXPECT_EQ(row->number, list.rows.size());
            list.rows.push_back(std::move(*row));
        }
        EXPECT_EQ(reader.rows(), list.rows.size());
    };
    while (!bytes.empty())
    {
        const auto chunk = bytes.substr(0, step);
        bytes.remove_prefix(chunk.size());
        reader.feed(chunk);
        take_rows();
    }
    reader.finish();
    take_rows();
    list.error = reader.error();
    list.columns = reader.columns();
    return list;
}

RecipientListOptions sms(std::vector<std::string> placeholders = {})
{
    RecipientListOptions options;
    options.placeholders = std::move(placeholders);
    return options;
}

RecipientListOptions email(std::vector<std::string> placeholders = {})
{
    auto options = sms(std::move(placeholders));
    options.channel = Channel::email;
    return options;
}

// Each row as what would be sent, or as its reasons.
std::vector<std::string> outcomes(const ReadList& list)
{
    std::vector<std::string> texts;
    for (const auto& row : list.rows)
    {
        if (row.good())
            texts.push_back(row.recipient->normalised + " " + json::serialize(row.personalisation));
        else
            texts.push_back(reason_text(row.errors));
    }
    return texts;
}

struct Case
{
    const char* name;
    RecipientListOptions options;
    std::string bytes;
    std::vector<std::string> rows;
};

class RecipientListTest : public testing::TestWithParam<Case>
{
};

TEST_P(RecipientListTest, GivesTheSameRowsHoweverTheBytesAreCut)
{
    for (const std::size_t step : {1UL, 2UL, 5UL, 1'000'000UL})
    {
        const auto list = read_list(GetParam().options, GetParam().bytes, step);
        EXPECT_FALSE(list.error) << reason_text(*list.error);
        EXPECT_EQ(outcomes(list), GetParam().rows) << step;
    }
}

std::string name_of(const testing::TestParamInfo<Case>& info)
{
    return info.param.name;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Columns, RecipientListTest, testing::Values(
    Case{"OnlyRecipients", sms(), "phone number\n202 867 5309\n+1 (202) 867-5310\n", {"+12028675309 {}", "+12028675310 {}"}},
    Case{"EmailAddresses", email({"name"}), "email address,name\nZoe@Example.gov,Zoë\n", {"zoe@example.gov {\"name\":\"Zoë\"}"}},
    Case{"MatchedLikePlaceholders", sms({"First Name"}), "PHONE_NUMBER, first-name\n2028675309,Zoe\n", {"+12028675309 {\"First Name\":\"Zoe\"}"}},
    Case{"NamesWithInvisibleSpaces", sms({"name"}), "\u200bphone\u00a0number,\"name \"\n2028675309,Zoe\n", {"+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"OtherScripts", sms({"ИМЯ"}), "phone number,имя\n2028675309,Иван\n", {"+12028675309 {\"ИМЯ\":\"Иван\"}"}},
    Case{"ThePlaceholdersOwnSpelling", sms({"name", "NAME"}), "phone number,Name\n2028675309,Zoe\n", {"+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"AnyOrder", sms({"name", "day"}), "day,name,phone number\nMonday,Zoe,2028675309\n", {"+12028675309 {\"day\":\"Monday\",\"name\":\"Zoe\"}"}},
    Case{"ExtraColumns", sms({"name"}), "notes,phone number,,name\nx,2028675309,y,Zoe\n,2028675309,,Zoe\n", {"+12028675309 {\"name\":\"Zoe\"}", "+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"RepeatedExtraColumns", sms({"name"}), "notes,phone number,notes,name\nx,2028675309,y,Zoe\n", {"+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"AnExtraColumnOfTheOtherChannel", sms(), "phone number,email address,email address\n2028675309,,\n", {"+12028675309 {}"}},
    Case{"ListValues", sms({"thing"}), "phone number,thing,thing,Thing\n2028675309,a,,c\n2028675309,,b,\n2028675309,\n", {"+12028675309 {\"thing\":[\"a\",\"c\"]}", "+12028675309 {\"thing\":[\"b\"]}", "thing: Missing"}},
    Case{"TheRecipientAsAPlaceholder", sms({"Phone number"}), "phone number\n202 867 5309\n12\n", {"+12028675309 {\"Phone number\":\"202 867 5309\"}", "phone number: Not enough digits"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Rows, RecipientListTest, testing::Values(
    Case{"ShortRows", sms({"name", "day"}), "phone number,name,day\n2028675309,Zoe,Monday\n2028675309,Zoe\n2028675309\n", {"+12028675309 {\"name\":\"Zoe\",\"day\":\"Monday\"}", "day: Missing", "name: Missing; day: Missing"}},
    Case{"LongRows", sms({"name"}), "phone number,name\n2028675309,Zoe,more,and more\n", {"+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"BlankRowsAtTheStart", sms(), "\n \r\n,,\n\"\"\nphone number\n2028675309\n", {"+12028675309 {}"}},
    Case{"BlankRowsAtTheEnd", sms({"name"}), "phone number,name\n2028675309,Zoe\n\n,\n , \n\"\",\"\"\n\u200b,\n,,", {"+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"BlankRowsBetween", sms({"name"}), "phone number,name\n2028675309,Zoe\n\n,\n2028675310,Jo\n", {"+12028675309 {\"name\":\"Zoe\"}", "phone number: Missing; name: Missing", "phone number: Missing; name: Missing", "+12028675310 {\"name\":\"Jo\"}"}},
    Case{"BlankRowsBelowTheHeader", sms(), "phone number\n\n2028675309", {"phone number: Missing", "+12028675309 {}"}},
    Case{"TrailingBlankColumns", sms({"name"}), "phone number,name,,,\n2028675309,Zoe,,,\n", {"+12028675309 {\"name\":\"Zoe\"}"}},
    Case{"WhiteSpace", sms({"name"}), "phone number,name\n\t2028675309 , \u00a0 Zoe \u200bO\u200d \n", {"+12028675309 {\"name\":\"Zoe O\"}"}},
    Case{"LineBreaksInCells", sms({"name"}), "phone number,name\n2028675309,\"\r\na\r\nb\n\"\n", {"+12028675309 {\"name\":\"a\\r\\nb\"}"}},
    Case{"MissingRecipients", sms({"name"}), "phone number,name\n,Zoe\n \u00a0,Zoe\n", {"phone number: Missing", "phone number: Missing"}},
    Case{"ErrorsInTheOrderOfTheColumns", sms({"a", "b"}), "B,Phone Number,A\n,12,\n", {"B: Missing; Phone Number: Not enough digits; A: Missing"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Recipients, RecipientListTest, testing::Values(
    Case{"BadNumbers", sms(), "phone number\nabc\n202867530\n20286753091\n1002003000\n", {"phone number: The string supplied did not seem to be a phone number.", "phone number: Not enough digits", "phone number: Too many digits", "phone number: Phone number range is not in use"}},
    Case{"BadAddresses", email(), "email address\nzoe\nzoe@example\nzoe@exam ple.gov\n", {"email address: Not a valid email address", "email address: Not a valid email address", "email address: Not a valid email address"}},
    Case{"NumbersThatASpreadsheetSpoilt", sms(), "phone number\n1.20287E+10\n2.02868E+09\n\"2,028,675,309.00\"\n2028675309.0\n447700900123\n28675309\n#NUM!\n", {"phone number: The string supplied did not seem to be a phone number.", "phone number: The string supplied did not seem to be a phone number.", "phone number: The string supplied did not seem to be a phone number.", "phone number: Too many digits", "phone number: Too many digits", "phone number: Not enough digits", "phone number: The string supplied did not seem to be a phone number."}},
    Case{"Abroad", [] { auto o = sms(); o.allow_international = true; return o; }(), "phone number\n+44 7700 900123\n", {"+447700900123 {}"}},
    Case{"NotAbroadFromTheUs", sms(), "phone number\n+44 7700 900123\n2028675309\n", {"phone number: Not a US number", "+12028675309 {}"}},
    Case{"NotAbroadFromTheUk", [] { auto o = sms(); o.default_region = "GB"; return o; }(), "phone number\n07700 900123\n7700900123\n+1 202 867 5309\n", {"+447700900123 {}", "+447700900123 {}", "phone number: Not a UK mobile number"}},
    Case{"NotAllowed", [] { auto o = sms(); o.may_receive = [](const Recipient& who) { return who.normalised.ends_with('9'); }; return o; }(), "phone number\n2028675309\n2028675310\n12\n", {"+12028675309 {}", "phone number: Can’t send to this recipient", "phone number: Not enough digits"}},
    Case{"UnreadableText", sms({"name"}), "phone number,notes,name\n2028675309,\xef\xbf\xbd,Zo\xef\xbf\xbd\n2028675309,\xef\xbf\xbd,Zoe\n202867530\xef\xbf\xbd,,Zoe\n", {"name: Has characters that cannot be read – save the file as CSV (UTF-8)", "+12028675309 {\"name\":\"Zoe\"}", "phone number: Has characters that cannot be read – save the file as CSV (UTF-8)"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Files, RecipientListTest, testing::Values(
    Case{"Semicolons", sms({"name"}), "phone number;name\r\n2028675309;\"Zoe; Jo\"\r\n", {"+12028675309 {\"name\":\"Zoe; Jo\"}"}},
    Case{"Tabs", sms({"name"}), "phone number\tname\n2028675309\tZoe, Jo\n", {"+12028675309 {\"name\":\"Zoe, Jo\"}"}},
    Case{"Pipes", sms({"name"}), "phone number|name\n2028675309|Zoe, Jo\n", {"+12028675309 {\"name\":\"Zoe, Jo\"}"}},
    Case{"ANamedDelimiter", sms({"a;b"}), "sep=|\r\nphone number|a;b\r\n2028675309|Zoe\r\n", {"+12028675309 {\"a;b\":\"Zoe\"}"}},
    Case{"OldMacLines", sms({"name"}), "phone number,name\r2028675309,Zoe\r2028675310,Jo", {"+12028675309 {\"name\":\"Zoe\"}", "+12028675310 {\"name\":\"Jo\"}"}},
    Case{"Windows1252", sms({"name"}), "phone number,name\n2028675309,Zo\xeb\n", {"+12028675309 {\"name\":\"Zoë\"}"}},
    Case{"Utf8WithMark", sms({"name"}), "\xef\xbb\xbfphone number,name\n2028675309,Zoë\n", {"+12028675309 {\"name\":\"Zoë\"}"}},
    Case{"Utf16", sms(), std::string("\xff\xfep\0h\0o\0n\0e\0 \0n\0u\0m\0b\0e\0r\0\n\0" "2\0" "0\0" "2\0" "8\0" "6\0" "7\0" "5\0" "3\0" "0\0" "9\0", 48), {"+12028675309 {}"}},
    Case{"AQuotedHeaderLine", sms({"name"}), "\"phone\nnumber\", \"name\"\n2028675309,Zoe\n\"phone number\",x\n", {"+12028675309 {\"name\":\"Zoe\"}", "phone number: The string supplied did not seem to be a phone number."}}),
    name_of);
// clang-format on

struct FaultCase
{
    const char* name;
    RecipientListOptions options;
    std::string bytes;
    std::size_t rows;  // before the fault
    ListError error;
};

class RecipientListFaultTest : public testing::TestWithParam<FaultCase>
{
};

TEST_P(RecipientListFaultTest, EndsTheListInTheSamePlaceHoweverTheBytesAreCut)
{
    for (const std::size_t step : {1UL, 7UL, 4096UL, 10'000'000UL})
    {
        const auto list = read_list(GetParam().options, GetParam().bytes, step);
        ASSERT_TRUE(list.error) << step;
        EXPECT_EQ(*list.error, GetParam().error) << step << " " << reason_text(*list.error);
        EXPECT_EQ(list.rows.size(), GetParam().rows) << step;
    }
}

RecipientListOptions limited(std::size_t rows, std::size_t bytes)
{
    auto options = sms();
    options.max_rows = rows;
    options.max_bytes = bytes;
    return options;
}

ListError fault(ListErrorKind kind, std::vector<std::string> columns = {}, std::size_t limit = 0, std::size_t row = 0)
{
    return {.kind = kind, .columns = std::move(columns), .limit = limit, .row = row};
}

// 11 bytes each.
std::string numbers(int count)
{
    std::string lines;
    for (int i = 0; i < count; ++i) lines += "2028675309\n";
    return lines;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Lists, RecipientListFaultTest, testing::Values(
    FaultCase{"Nothing", sms(), "", 0, fault(ListErrorKind::no_rows)},
    FaultCase{"OnlySpaces", sms(), " \r\n,\n\t", 0, fault(ListErrorKind::no_rows)},
    FaultCase{"OnlyAHeaderLine", sms(), "phone number", 0, fault(ListErrorKind::no_rows)},
    FaultCase{"OnlyBlankRows", sms(), "phone number\n\n,,\n", 0, fault(ListErrorKind::no_rows)},
    FaultCase{"NoRecipientColumn", sms(), "telephone,name\n2028675309,Zoe\n", 0, fault(ListErrorKind::no_recipient_column, {"phone number"})},
    FaultCase{"NoHeaderLine", sms({"name"}), "2028675309,Zoe\n2028675310,Jo\n", 0, fault(ListErrorKind::no_recipient_column, {"phone number", "name"})},
    FaultCase{"TheOtherChannelsColumn", email(), "phone number\n2028675309\n", 0, fault(ListErrorKind::no_recipient_column, {"email address"})},
    FaultCase{"MissingColumns", sms({"First name", "day", "time"}), "day,phone number\nMonday,2028675309\n", 0, fault(ListErrorKind::missing_columns, {"First name", "time"})},
    FaultCase{"RepeatedRecipientColumn", sms(), "phone number,Phone_Number,phone number\n2028675309,,\n", 0, fault(ListErrorKind::repeated_recipient_column, {"phone number", "Phone_Number"})},
    FaultCase{"TooManyRows", limited(2, 1000), "phone number\n2028675309\n\n12\n", 2, fault(ListErrorKind::too_many_rows, {}, 2)},
    FaultCase{"TooManyBlankRows", limited(3, 1000), "phone number\n\n\n\n\n\n2028675309", 3, fault(ListErrorKind::too_many_rows, {}, 3)},
    FaultCase{"TooBig", limited(1000, 13 + 200 * 11 + 5), "phone number\n" + numbers(201), 200, fault(ListErrorKind::too_big, {}, 13 + 200 * 11 + 5)},
    FaultCase{"TooBigBeforeTheHeaderLineEnds", limited(10, 5), "phone number\n2028675309\n", 0, fault(ListErrorKind::too_big, {}, 5)},
    FaultCase{"ASpreadsheet", sms(), "PK\x03\x04" + std::string(2000, 'x'), 0, fault(ListErrorKind::not_text)},
    FaultCase{"ASmallArchive", sms(), "PK\x03\x04", 0, fault(ListErrorKind::not_text)},
    FaultCase{"AnUnclosedQuote", sms({"name"}), "phone number,name\n2028675309,Zoe\n2028675309,\"Jo\n" + std::string(200'000, 'x') + "\n", 1, fault(ListErrorKind::record_too_long, {}, 0, 3)},
    FaultCase{"AnUnclosedQuoteInTheHeaderLine", sms(), "\"phone number\n" + std::string(2'000'000, '\n'), 0, fault(ListErrorKind::record_too_long, {}, 0, 1)}),
    [](const auto& each) { return std::string(each.param.name); });
// clang-format on

TEST(RecipientListTest, ExactlyAsManyRowsAndBytesAsAllowedAreFine)
{
    const std::string bytes = "phone number\n2028675309\n2028675310\n\n\n";
    const auto list = read_list(limited(2, bytes.size()), bytes);
    EXPECT_EQ(list.rows.size(), 2U);
    EXPECT_FALSE(list.error);
}

TEST(RecipientListTest, ARowHasItsCellsAsTheyCameIn)
{
    const auto list =
        read_list(sms({"name"}), " Phone Number ,name,notes\n 202-867-5309 ,\" Zoe, Jo \",x,more\n\n12\n");
    EXPECT_THAT(list.columns, ElementsAre("Phone Number ", "name", "notes"));
    ASSERT_EQ(list.rows.size(), 3U);
    EXPECT_THAT(list.rows[0].cells, ElementsAre("202-867-5309 ", " Zoe, Jo ", "x", "more"));
    EXPECT_EQ(list.rows[0].recipient_text, "202-867-5309");
    EXPECT_EQ(list.rows[0].recipient->as_sent, "202-867-5309");
    EXPECT_EQ(list.rows[0].recipient->normalised, "+12028675309");
    EXPECT_THAT(list.rows[1].cells, ElementsAre("", "", ""));
    EXPECT_THAT(list.rows[2].cells, ElementsAre("12"));
    EXPECT_EQ(list.rows[2].recipient_text, "12");
    EXPECT_FALSE(list.rows[2].recipient);
    EXPECT_EQ(list.rows[2].errors.front(),
              (RowError{RowErrorKind::invalid_recipient, "Phone Number", "Not enough digits"}));
}

TEST(RecipientListTest, ARecipientWhoMayNotBeWrittenToIsKnownAllTheSame)
{
    auto options = sms();
    options.may_receive = [](const Recipient&)
    {
        return false;
    };
    const auto list = read_list(options, "phone number\n2028675309\n+447700900123\n");
    ASSERT_EQ(list.rows.size(), 2U);
    EXPECT_EQ(list.rows[0].errors.front().kind, RowErrorKind::recipient_not_allowed);
    EXPECT_TRUE(list.rows[0].recipient);
    EXPECT_EQ(list.rows[1].errors.front().kind, RowErrorKind::international_not_allowed);
    EXPECT_TRUE(list.rows[1].recipient);
}

TEST(RecipientListTest, TheMessageIsCheckedWhereItsValuesAreThere)
{
    std::vector<std::string> checked;
    auto options = sms({"name"});
    options.check_message = [&checked](const json::object& values) -> std::optional<RowErrorKind>
    {
        checked.emplace_back(values.at("name").as_string());
        if (checked.back() == "long") return RowErrorKind::message_too_long;
        if (checked.back() == "-") return RowErrorKind::message_empty;
        return std::nullopt;
    };
    const auto list = read_list(options, "phone number,name\n2028675309,Zoe\n12,long\n2028675309,-\n2028675309,\n");
    EXPECT_THAT(checked, ElementsAre("Zoe", "long", "-"));
    EXPECT_THAT(outcomes(list),
                ElementsAre("+12028675309 {\"name\":\"Zoe\"}", "phone number: Not enough digits; Message is too long",
                            "Message is empty", "name: Missing"));
}

TEST(RecipientListTest, NothingComesAfterAFault)
{
    RecipientListReader reader(sms());
    reader.feed("name\nZoe\n" + std::string(2000, 'x'));
    EXPECT_FALSE(reader.next());
    ASSERT_TRUE(reader.error());
    reader.feed("phone number\n2028675309\n");
    reader.finish();
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.error()->kind, ListErrorKind::no_recipient_column);
    EXPECT_EQ(reader.buffered_bytes(), std::string().capacity());
}

TEST(RecipientListTest, WhatIsCorrectedInTheFileOfBadRowsIsWhatIsSent)
{
    const auto options = sms({"name", "sum"});
    const auto list = read_list(options, "name,phone number,-sum,notes\n=Zoe,12,-5 each,@x\n'+Jo,34,1;2,\"a\nb\"\n");
    const BadRowsWriter writer(list.columns);
    std::string file = writer.header();
    for (const auto& row : list.rows) file += writer.row(row);
    const auto first = read_list(options, file);
    EXPECT_THAT(outcomes(first), ElementsAre("phone number: Not enough digits", "phone number: Not enough digits"));
    EXPECT_EQ(first.rows[0].cells.front(), "=Zoe");
    EXPECT_EQ(first.rows[0].cells[3], "@x");
    EXPECT_EQ(first.rows[1].cells[3], "a\nb");

    file.replace(file.find(",12,"), 4, ",2028675309,");
    file.replace(file.find(",34,"), 4, ",2028675310,");
    EXPECT_THAT(outcomes(read_list(options, file)), ElementsAre("+12028675309 {\"name\":\"=Zoe\",\"sum\":\"-5 each\"}",
                                                                "+12028675310 {\"name\":\"'+Jo\",\"sum\":\"1;2\"}"));
}

TEST(RecipientListTest, AMillionRowsAreReadInLittleMemory)
{
    constexpr std::size_t kRows = 1'000'000;
    auto options = email({"name", "day"});
    options.max_rows = kRows;
    RecipientListReader reader(std::move(options));
    std::string chunk = "email address,name,day,notes\n";
    std::size_t most = 0;
    std::size_t good = 0;
    const auto take_rows = [&]
    {
        most = std::max(most, reader.buffered_bytes());
        while (const auto row = reader.next()) good += row->good() ? 1 : 0;
    };
    for (std::size_t i = 0; i < kRows; ++i)
    {
        chunk += "person" + std::to_string(i) + "@example.gov,\"Zoë, the " + std::to_string(i) + "th\",Monday,x\n";
        if (chunk.size() < 65'536) continue;
        reader.feed(chunk);
        chunk.clear();
        take_rows();
    }
    reader.feed(chunk);
    reader.finish();
    take_rows();
    EXPECT_FALSE(reader.error());
    EXPECT_EQ(good, kRows);
    EXPECT_LT(most, 256UL << 10);
}

TEST(RecipientListTest, BlankRowsTakeNoMemory)
{
    auto options = limited(10, 100UL << 20);
    RecipientListReader reader(std::move(options));
    const std::string blank(65'536, '\n');
    const auto feed = [&](std::string_view bytes)
    {
        reader.feed(bytes);
        EXPECT_FALSE(reader.next());
        EXPECT_LT(reader.buffered_bytes(), 256UL << 10);
    };
    for (int i = 0; i < 200; ++i) feed(blank);
    feed("phone number\n");
    for (int i = 0; i < 200; ++i) feed(blank);
    EXPECT_FALSE(reader.error());
}

TEST(RowErrorTest, KindsHaveNames)
{
    for (int i = 0; i <= static_cast<int>(RowErrorKind::message_empty); ++i)
    {
        const auto kind = static_cast<RowErrorKind>(i);
        EXPECT_EQ(parse_row_error_kind(to_string(kind)), kind);
        EXPECT_THAT(message_of(kind), testing::Not(IsEmpty()));
    }
    EXPECT_EQ(to_string(RowErrorKind::message_too_long), "message_too_long");
    EXPECT_EQ(parse_row_error_kind("other"), std::nullopt);
}

TEST(RowErrorTest, FaultsOfAListAreSentences)
{
    EXPECT_EQ(reason_text(fault(ListErrorKind::not_text)),
              "The file is not a CSV file. Save the spreadsheet as CSV (UTF-8).");
    EXPECT_EQ(reason_text(fault(ListErrorKind::too_big, {}, 100UL << 20)), "The file is larger than 100 MB.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::too_big, {}, 30)), "The file is larger than 30 bytes.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::no_rows)), "The file needs at least one row of data.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::no_recipient_column, {"phone number"})),
              "The file needs a column called ‘phone number’.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::missing_columns, {"a", "b", "c"})),
              "The file needs columns called ‘a’, ‘b’ and ‘c’.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::repeated_recipient_column, {"phone number", "PHONE"})),
              "The file has more than one column called ‘phone number’ or ‘PHONE’.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::record_too_long, {}, 0, 3)),
              "Row 3 is too long. A quotation mark may be missing.");
    EXPECT_EQ(reason_text(fault(ListErrorKind::too_many_rows, {}, 100'000)), "The file has more than 100000 rows.");
    EXPECT_EQ(to_string(ListErrorKind::record_too_long), "record_too_long");
}

}  // namespace
}  // namespace herald
