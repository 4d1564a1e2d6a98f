#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/json.hpp"
#include "base/log_line.hpp"

namespace herald::log
{
namespace
{

constexpr Instant kTime = Instant(std::chrono::seconds(1'700'000'000));

std::string line(Format format, std::string_view message, Fields fields = {})
{
    return format_line(format, kTime, Level::info, message, fields);
}

TEST(LogLine, json_has_time_level_message_and_the_fields_in_their_order)
{
    EXPECT_EQ(line(Format::json, "sent", {{"provider", "smtp"}, {"count", 3}, {"seconds", 0.25}, {"final", true}}),
              R"({"time":"2023-11-14T22:13:20.000000Z","level":"info","message":"sent",)"
              R"("provider":"smtp","count":3,"seconds":0.25,"final":true})");
}

TEST(LogLine, text_quotes_only_where_it_must)
{
    EXPECT_EQ(
        line(Format::text, "listening", {{"port", 6011}, {"host", "127.0.0.1"}, {"why", "two words"}, {"none", ""}}),
        "2023-11-14T22:13:20.000000Z info    listening port=6011 host=127.0.0.1 why=\"two words\" none=\"\"");
}

TEST(LogLine, numbers_that_json_does_not_know_are_null)
{
    EXPECT_THAT(line(Format::json, "m", {{"n", std::numeric_limits<double>::quiet_NaN()}}),
                testing::HasSubstr("\"n\":null"));
    EXPECT_THAT(line(Format::json, "m", {{"n", std::numeric_limits<std::int64_t>::min()}}),
                testing::HasSubstr("\"n\":-9223372036854775808"));
}

TEST(LogLine, nothing_in_a_value_forges_another_line)
{
    const std::string hostile = "a\nb\r\"c\"\\\x1b[2J\x7f\xc2\x85\xe2\x80\xa8\xff\xc3z";
    for (const Format format : {Format::json, Format::text})
    {
        const std::string written = line(format, hostile, {{"field", hostile}});
        for (const std::string_view raw : {"\n", "\r", "\x1b", "\x7f", "\xc2\x85", "\xe2\x80\xa8", "\xff", "\xc3z"})
            EXPECT_EQ(written.find(raw), std::string::npos) << written;
    }
}

TEST(LogLine, json_reads_back_as_what_was_logged)
{
    const std::string text = "caf\xc3\xa9 \xf0\x9f\x92\xa9 \"quoted\" back\\slash \t tab";
    const auto parsed = parse_json(line(Format::json, text, {{"same", text}}));
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(parsed->at("message").as_string(), text);
    EXPECT_EQ(parsed->at("same").as_string(), text);
}

// One test for all that needs the process's own standard error, because configure() and the writer are the process's,
// too.
TEST(Log, writes_lines_from_the_configured_level_up)
{
    testing::internal::CaptureStderr();
    configure(Level::warning, Format::json);
    info("not this one");
    error("this one", {{"number", 1}});
    configure(Level::info, Format::text);
    flush(std::chrono::seconds(30));
    const std::string written = testing::internal::GetCapturedStderr();
    EXPECT_THAT(written, testing::HasSubstr(R"("level":"error","message":"this one","number":1})"
                                            "\n"));
    EXPECT_THAT(written, testing::Not(testing::HasSubstr("not this one")));
}

TEST(Log, flush_waits_for_what_was_logged_before)
{
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < 100; ++i) error("counted", {{"number", i}});
    flush(std::chrono::seconds(30));
    const auto written = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 100);
    EXPECT_THAT(written, ::testing::HasSubstr("number=99"));
}

}  // namespace
}  // namespace herald::log
