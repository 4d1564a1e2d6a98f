#include "base/local_time.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

std::string in_new_york(const char* utc)
{
    return format_local(TimeZone("America/New_York"), parse_iso8601(utc).value());
}

TEST(LocalTime, IsTheZonesAcrossBothClockChanges)
{
    EXPECT_EQ(in_new_york("2026-11-23T14:05:07.999999Z"), "2026-11-23 09:05:07");
    EXPECT_EQ(in_new_york("2026-03-08T06:59:59Z"), "2026-03-08 01:59:59");
    EXPECT_EQ(in_new_york("2026-03-08T07:00:00Z"), "2026-03-08 03:00:00");
    EXPECT_EQ(in_new_york("2026-11-01T05:30:00Z"), "2026-11-01 01:30:00");
    EXPECT_EQ(in_new_york("2026-11-01T06:30:00Z"), "2026-11-01 01:30:00");
    EXPECT_EQ(in_new_york("2026-01-01T04:59:59Z"), "2025-12-31 23:59:59");
}

}  // namespace
}  // namespace herald
