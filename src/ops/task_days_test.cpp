#include "ops/task_days.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

LocalDate june(unsigned day)
{
    return {std::chrono::year(2026), std::chrono::June, std::chrono::day(day)};
}

TEST(TaskDays, WhatIsMissingBeginsWithTheFirstDayAndLeavesOutWhatIsSettled)
{
    TaskDays days;
    EXPECT_TRUE(days.missing("nightly", june(15)).empty());
    days.know("nightly", june(12));
    days.settle("nightly", june(13));
    EXPECT_EQ(days.missing("nightly", june(15)), (std::vector{june(12), june(14), june(15)}));
    EXPECT_TRUE(days.missing("nightly", june(11)).empty());  // a clock that was set back
    EXPECT_TRUE(days.is_settled("nightly", june(13)));
    EXPECT_FALSE(days.is_settled("nightly", june(14)));
}

TEST(TaskDays, DaysAreMadeUpForAWeek)
{
    TaskDays days;
    days.know("nightly", june(1));
    const auto missing = days.missing("nightly", june(30));
    ASSERT_EQ(missing.size(), 8U);
    EXPECT_EQ(missing.front(), june(23));
    EXPECT_EQ(missing.back(), june(30));
}

TEST(TaskDays, ADayBeginsWhenAllThatItWaitsForHaveSucceededForIt)
{
    const ScheduledTask task{.name = "last",
                             .help = "",
                             .time = daily_at(1, 0),
                             .timeout = seconds(1),
                             .run = nullptr,
                             .after = {"first", "second"}};
    TaskDays days;
    days.know("first", june(1));
    days.know("second", june(14));
    days.settle("first", june(13));
    EXPECT_TRUE(days.may_begin(task, june(13)));  // the second was not there yet
    days.settle("first", june(14));
    EXPECT_FALSE(days.may_begin(task, june(14)));
    days.settle("second", june(15));
    EXPECT_FALSE(days.may_begin(task, june(14)));
    days.settle("second", june(14));
    EXPECT_TRUE(days.may_begin(task, june(14)));
    EXPECT_FALSE(days.may_begin(task, june(15)));
}

}  // namespace
}  // namespace herald
