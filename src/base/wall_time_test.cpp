#include "base/wall_time.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

using std::chrono::hours;
using std::chrono::minutes;

LocalDate day(int year, unsigned month, unsigned day)
{
    return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
}

TEST(WallTime, IsTheMomentAtWhichTheClockShowsIt)
{
    const TimeZone zone("America/New_York");
    EXPECT_EQ(at_wall_time(zone, day(2026, 6, 15), hours(3)), parse_iso8601("2026-06-15T07:00:00Z"));
    EXPECT_EQ(at_wall_time(zone, day(2026, 1, 15), hours(3)), parse_iso8601("2026-01-15T08:00:00Z"));
}

TEST(WallTime, OfASkippedTimeIsTheChange)
{
    EXPECT_EQ(at_wall_time(TimeZone("America/New_York"), day(2026, 3, 8), hours(2) + minutes(30)),
              parse_iso8601("2026-03-08T07:00:00Z"));
    EXPECT_EQ(at_wall_time(TimeZone("Europe/London"), day(2026, 3, 29), hours(1) + minutes(30)),
              parse_iso8601("2026-03-29T01:00:00Z"));
    // Midnight itself is skipped there.
    EXPECT_EQ(at_wall_time(TimeZone("America/Santiago"), day(2026, 9, 6), minutes(5)),
              parse_iso8601("2026-09-06T04:00:00Z"));
}

TEST(WallTime, OfATimeThatComesTwiceIsTheFirst)
{
    EXPECT_EQ(at_wall_time(TimeZone("America/New_York"), day(2026, 11, 1), hours(1) + minutes(30)),
              parse_iso8601("2026-11-01T05:30:00Z"));
    EXPECT_EQ(at_wall_time(TimeZone("Europe/London"), day(2026, 10, 25), hours(1) + minutes(30)),
              parse_iso8601("2026-10-25T00:30:00Z"));
}

}  // namespace
}  // namespace herald
