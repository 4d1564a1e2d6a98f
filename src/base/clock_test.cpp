#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

using namespace std::chrono_literals;

Instant instant(std::string_view text)
{
    const auto parsed = parse_iso8601(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Instant{});
}

LocalDate day(int year, unsigned month, unsigned day_of_month)
{
    return LocalDate(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day_of_month));
}

TEST(Clock, system_clock_is_near_the_machine_s)
{
    const auto difference = std::chrono::system_clock::now() - SystemClock().now();
    EXPECT_LT(std::chrono::abs(difference), 10s);
}

TEST(Clock, fake_clock_moves_only_when_told)
{
    FakeClock clock(instant("2026-11-23T00:00:00Z"));
    EXPECT_EQ(clock.now(), clock.now());
    clock.advance(1h);
    EXPECT_EQ(format_v2(clock.now()), "2026-11-23T01:00:00.000000Z");
    clock.set(Instant{});
    EXPECT_EQ(format_v2(clock.now()), "1970-01-01T00:00:00.000000Z");
}

TEST(Clock, formats_both_forms_of_the_api)
{
    const Instant whole = instant("2026-11-23T09:05:07Z");
    EXPECT_EQ(format_v2(whole + 123us), "2026-11-23T09:05:07.000123Z");
    EXPECT_EQ(format_v2(whole), "2026-11-23T09:05:07.000000Z");
    EXPECT_EQ(format_v1(whole), "2026-11-23T09:05:07+00:00");
    EXPECT_EQ(format_v1(whole + 500ms), "2026-11-23T09:05:07.500000+00:00");
    EXPECT_EQ(format_v2(Instant(-1us)), "1969-12-31T23:59:59.999999Z");
}

struct Iso
{
    std::string_view text;
    std::string_view means;  // empty: refused
};

class Iso8601 : public testing::TestWithParam<Iso>
{
};

TEST_P(Iso8601, is_read_or_refused)
{
    const auto parsed = parse_iso8601(GetParam().text);
    EXPECT_EQ(parsed ? format_v2(*parsed) : "", GetParam().means) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(Clock, Iso8601,
                         testing::Values(Iso{"2026-11-23", "2026-11-23T00:00:00.000000Z"},
                                         Iso{"2026-11-23T09:05:07.000123Z", "2026-11-23T09:05:07.000123Z"},
                                         Iso{"2026-11-23T09:05:07+00:00", "2026-11-23T09:05:07.000000Z"},
                                         Iso{"2026-11-23T09:05:07-05:00", "2026-11-23T14:05:07.000000Z"},
                                         Iso{"2026-11-23T00:30:00+0530", "2026-11-22T19:00:00.000000Z"},
                                         Iso{"2026-11-23T09:05:07+01", "2026-11-23T08:05:07.000000Z"},
                                         Iso{"2026-11-23T09:05", "2026-11-23T09:05:00.000000Z"},
                                         Iso{"2026-11-23 09:05:07", "2026-11-23T09:05:07.000000Z"},
                                         Iso{"2026-11-23T09:05:07,5", "2026-11-23T09:05:07.500000Z"},
                                         Iso{"2026-11-23T09:05:07.1234567899Z", "2026-11-23T09:05:07.123456Z"},
                                         Iso{"20261123T090507Z", "2026-11-23T09:05:07.000000Z"},
                                         Iso{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
                                         Iso{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}));

INSTANTIATE_TEST_SUITE_P(ClockRefuses, Iso8601,
                         testing::Values(Iso{"", ""}, Iso{"2026-02-29T00:00:00Z", ""}, Iso{"2026-13-01T00:00:00Z", ""},
                                         Iso{"2026-11-23T24:00:00Z", ""}, Iso{"2026-11-23T09:60:00Z", ""},
                                         Iso{"2026-11-23T09:05:60Z", ""}, Iso{"2026-11-23T09:05:07Zx", ""},
                                         Iso{"2026-11-23T09:05:07.Z", ""}, Iso{"2026-11-23T09:05:07+", ""},
                                         Iso{"2026-11-23T09:05:07+24:00", ""}, Iso{"2026-11-23T09:05:", ""},
                                         Iso{"2026-1123T09:05:07Z", ""}, Iso{"0000-01-01T00:00:00Z", ""},
                                         Iso{"26-11-23T09:05:07Z", ""}, Iso{"2026-11-23T9:05:07Z", ""},
                                         Iso{" 2026-11-23T09:05:07Z", ""}));

TEST(Clock, microseconds_survive_a_round_trip)
{
    for (std::int64_t i = -400; i < 400; ++i)
    {
        const Instant moment(std::chrono::microseconds(i * 86'399'999'983LL * 31));
        EXPECT_EQ(parse_iso8601(format_v2(moment)), moment);
        EXPECT_EQ(parse_iso8601(format_v1(moment)), moment);
    }
}

TEST(TimeZone, an_unknown_zone_is_named_in_the_error)
{
    try
    {
        TimeZone("America/New_Yrok");
        FAIL() << "no exception";
    }
    catch (const std::runtime_error& error)
    {
        EXPECT_NE(std::string(error.what()).find("America/New_Yrok"), std::string::npos);
    }
}

TEST(TimeZone, local_days_of_new_york_across_both_clock_changes)
{
    const TimeZone zone("America/New_York");
    EXPECT_EQ(zone.name(), "America/New_York");
    // 8 March 2026 has 23 hours, 1 November 2026 has 25.
    EXPECT_EQ(format_v2(zone.start_of(day(2026, 3, 8))), "2026-03-08T05:00:00.000000Z");
    EXPECT_EQ(format_v2(zone.start_of(day(2026, 3, 9))), "2026-03-09T04:00:00.000000Z");
    EXPECT_EQ(format_v2(zone.start_of(day(2026, 11, 1))), "2026-11-01T04:00:00.000000Z");
    EXPECT_EQ(format_v2(zone.start_of(day(2026, 11, 2))), "2026-11-02T05:00:00.000000Z");
    EXPECT_EQ(zone.date_of(instant("2026-03-09T03:59:59.999999Z")), day(2026, 3, 8));
    EXPECT_EQ(zone.date_of(instant("2026-03-09T04:00:00Z")), day(2026, 3, 9));
    EXPECT_EQ(zone.date_of(instant("2026-11-02T04:30:00Z")), day(2026, 11, 1));
}

TEST(TimeZone, a_day_that_starts_with_a_clock_change_starts_at_the_change)
{
    // Sao Paulo skipped midnight on 4 November 2018; Havana repeats it on 1 November 2026; Samoa skipped 30 December
    // 2011.
    EXPECT_EQ(format_v2(TimeZone("America/Sao_Paulo").start_of(day(2018, 11, 4))), "2018-11-04T03:00:00.000000Z");
    EXPECT_EQ(format_v2(TimeZone("America/Havana").start_of(day(2026, 11, 1))), "2026-11-01T04:00:00.000000Z");
    EXPECT_EQ(TimeZone("Pacific/Apia").start_of(day(2011, 12, 30)),
              TimeZone("Pacific/Apia").start_of(day(2011, 12, 31)));
}

TEST(TimeZone, every_instant_lies_in_its_own_local_day)
{
    for (const char* name : {"America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"})
    {
        const TimeZone zone(name);
        const Instant start = instant("2026-01-01T00:00:00Z");
        for (int i = 0; i < 2 * 365; ++i)
        {
            const Instant moment = start + i * 12h + i * 7min;
            const LocalDate date = zone.date_of(moment);
            EXPECT_LE(zone.start_of(date), moment) << name << ' ' << i;
            EXPECT_GT(zone.start_of(add_days(date, 1)), moment) << name << ' ' << i;
        }
    }
}

TEST(Clock, dates_are_counted_over_month_ends)
{
    EXPECT_EQ(add_days(day(2026, 2, 28), 1), day(2026, 3, 1));
    EXPECT_EQ(add_days(day(2024, 3, 1), -1), day(2024, 2, 29));
    EXPECT_EQ(utc_date(instant("2026-11-23T23:59:59Z")), day(2026, 11, 23));
    EXPECT_EQ(format_date(day(2026, 1, 2)), "2026-01-02");
}

}  // namespace
}  // namespace herald
