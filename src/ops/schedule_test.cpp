#include "ops/schedule.hpp"

#include <set>

#include <gtest/gtest.h>

namespace herald
{
namespace
{

Instant at(const char* text)
{
    return *parse_iso8601(text);
}

TEST(Schedule, NamesEachTaskOnceAndFindsIt)
{
    std::set<std::string_view> names;
    for (const auto& task : schedule())
    {
        EXPECT_TRUE(names.insert(task.name).second) << task.name;
        EXPECT_EQ(find_scheduled_task(task.name), &task);
        EXPECT_FALSE(task.help.empty());
        EXPECT_GT(task.timeout, seconds(0));
        EXPECT_NE(task.time.period > seconds(0), task.time.into_day.has_value()) << task.name;
    }
    EXPECT_EQ(find_scheduled_task("nothing"), nullptr);
}

TEST(TaskTime, ComesAgainAfterItsPeriod)
{
    const TimeZone zone("America/New_York");
    const TaskTime time{seconds(90), std::nullopt};
    EXPECT_EQ(time.next(at("2026-06-15T12:00:00Z"), zone), at("2026-06-15T12:01:30Z"));
}

TEST(TaskTime, ComesOnceALocalDayAlsoWhenTheClocksChange)
{
    const TimeZone zone("America/New_York");
    const TaskTime time{seconds(0), seconds(15)};
    EXPECT_EQ(time.next(at("2026-06-15T04:00:00Z"), zone), at("2026-06-15T04:00:15Z"));
    EXPECT_EQ(time.next(at("2026-06-15T04:00:15Z"), zone), at("2026-06-16T04:00:15Z"));
    // Forward on 8 March, back on 1 November 2026.
    EXPECT_EQ(time.next(at("2026-03-08T05:00:15Z"), zone), at("2026-03-09T04:00:15Z"));
    EXPECT_EQ(time.next(at("2026-11-01T04:00:15Z"), zone), at("2026-11-02T05:00:15Z"));
}

}  // namespace
}  // namespace herald
