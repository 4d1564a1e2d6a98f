#include "cli/job_progress.hpp"

#include <gtest/gtest.h>

namespace herald::cli
{
namespace
{

JobReport report(JobStatus status, std::int32_t rows, std::int32_t written, std::int32_t refused = 0)
{
    JobReport made;
    made.job.status = status;
    made.job.notification_count = rows;
    made.job.rows_written = written;
    made.job.rows_refused = refused;
    return made;
}

const JobRate::Time kStart;

TEST(JobProgress, CountsWhatHasLeftAndWhatBecameOfIt)
{
    auto job = report(JobStatus::in_progress, 100, 60, 2);
    job.statistics = {{NotificationStatus::created, 20},
                      {NotificationStatus::sending, 10},
                      {NotificationStatus::delivered, 25},
                      {NotificationStatus::permanent_failure, 5}};
    const auto counts = counts_of(job);
    EXPECT_EQ(counts.created, 62);
    EXPECT_EQ(counts.sent, 40);
    EXPECT_EQ(counts.delivered, 25);
    EXPECT_EQ(counts.failed, 5);
    JobRate rate;
    rate.note(30, kStart);
    rate.note(40, kStart + std::chrono::seconds(1));
    EXPECT_EQ(progress_line(job, rate, true),
              "[########------------]  42%  created 62/100  sent 40  delivered 25  failed 5"
              "  bad rows 2  10/s  0:06 left");
}

TEST(JobProgress, ARetriedRowCountsOnce)
{
    auto job = report(JobStatus::finished, 3, 4);
    job.job.rows_retried = 1;
    job.statistics = {{NotificationStatus::delivered, 3}, {NotificationStatus::permanent_failure, 1}};
    EXPECT_EQ(progress_line(job, {}, false), "created 3/3  sent 3  delivered 3  failed 0");
    EXPECT_TRUE(has_ended(job));
}

TEST(JobProgress, AJobEndsWithTheLastOfItsMessages)
{
    auto job = report(JobStatus::finished, 2, 2);
    job.statistics = {{NotificationStatus::delivered, 1}, {NotificationStatus::sending, 1}};
    EXPECT_FALSE(has_ended(job));
    job.statistics = {{NotificationStatus::delivered, 2}};
    EXPECT_TRUE(has_ended(job));
    EXPECT_TRUE(has_ended(report(JobStatus::sending_limits_exceeded, 2, 0)));
    EXPECT_FALSE(has_ended(report(JobStatus::pending, 2, 0)));
}

TEST(JobProgress, NothingIsLeftToSayOfAJobThatStands)
{
    auto job = report(JobStatus::in_progress, 10, 0);
    job.job.paused_at = Instant();
    EXPECT_EQ(progress_line(job, {}, false), "created 0/10  sent 0  delivered 0  failed 0  paused  0/s");
}

}  // namespace
}  // namespace herald::cli
