#include "ops/schedule.hpp"

#include <array>
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
        EXPECT_NE(task.time.period > seconds(0), task.time.is_daily()) << task.name;
    }
    EXPECT_EQ(find_scheduled_task("nothing"), nullptr);
}

TEST(Schedule, EachTaskWaitsForDailyOnesThatStandBeforeIt)
{
    std::set<std::string_view> before;
    for (const auto& task : schedule())
    {
        EXPECT_TRUE(task.waits_for().empty() || task.time.is_daily()) << task.name;
        for (const auto name : task.waits_for()) EXPECT_TRUE(before.contains(name)) << task.name << " after " << name;
        if (task.time.is_daily()) before.insert(task.name);
    }
}

TEST(TaskTime, ComesAgainAfterItsPeriod)
{
    const TimeZone zone("America/New_York");
    EXPECT_EQ(every(seconds(90)).next(at("2026-06-15T12:00:00Z"), zone), at("2026-06-15T12:01:30Z"));
    EXPECT_EQ(every(seconds(90)).to_string(), "every 90 s");
}

TEST(TaskTime, ComesOnceALocalDayAtItsTime)
{
    const TimeZone zone("America/New_York");
    const TaskTime time = daily_at(0, 0, 15);
    EXPECT_EQ(time.next(at("2026-06-15T04:00:00Z"), zone), at("2026-06-15T04:00:15Z"));
    EXPECT_EQ(time.next(at("2026-06-15T04:00:15Z"), zone), at("2026-06-16T04:00:15Z"));
    EXPECT_EQ(time.last_due_day(at("2026-06-15T04:00:14Z"), zone), LocalDate(std::chrono::year(2026) / 6 / 14));
    EXPECT_EQ(time.last_due_day(at("2026-06-15T04:00:15Z"), zone), LocalDate(std::chrono::year(2026) / 6 / 15));
    EXPECT_EQ(time.to_string(), "daily at 00:00:15");
    EXPECT_EQ(daily_at(13, 5).to_string(), "daily at 13:05");
}

struct ClockChange
{
    const char* zone;
    TaskTime time;
    std::array<const char*, 3> due;  // the day before, the day of the change, the day after
};

TEST(TaskTime, ComesOnceOnTheDayOfAChangeAlsoWhenItsTimeIsSkippedOrComesTwice)
{
    const ClockChange changes[] = {
        {"America/New_York", daily_at(2, 30), {"2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
        {"America/New_York", daily_at(1, 30), {"2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
        {"America/New_York", daily_at(3, 0), {"2026-03-07T08:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T07:00:00Z"}},
        {"Europe/London", daily_at(1, 30), {"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
        {"Europe/London", daily_at(1, 30), {"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
        {"Europe/London", daily_at(0, 0, 15), {"2026-10-24T23:00:15Z", "2026-10-26T00:00:15Z", "2026-10-27T00:00:15Z"}},
    };
    for (const auto& change : changes)
    {
        const TimeZone zone(change.zone);
        Instant moment = at(change.due[0]) - seconds(1);
        for (const auto* expected : change.due)
        {
            moment = change.time.next(moment, zone);
            EXPECT_EQ(format_v2(moment), format_v2(at(expected))) << change.zone << " " << change.time.to_string();
            EXPECT_EQ(change.time.due_on(change.time.last_due_day(moment, zone), zone), moment);
        }
    }
}

}  // namespace
}  // namespace herald
