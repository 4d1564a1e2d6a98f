#include "domain/jobs/job.hpp"

#include <set>

#include <gtest/gtest.h>

namespace herald
{
namespace
{

const Instant kNow = parse_iso8601("2026-11-23T09:05:07.123Z").value();
const JobId kJob = JobId::parse("8a3c7f1e-4f6f-4a77-9f10-2f3b8f1d9c01").value();

TEST(JobRowId, IsTheSameForTheSameRow)
{
    EXPECT_EQ(job_row_id(kJob, 1, kNow, 7), job_row_id(kJob, 1, kNow, 7));
}

TEST(JobRowId, IsOfItsTimeAndInTheOrderOfRows)
{
    NotificationId before{uuid_v7_floor(kNow)};
    for (const std::int32_t row : {0, 1, 63, 64, 4095, 4096, 65'535, 99'999, 1'000'000, kMostJobRows - 1})
    {
        const auto id = job_row_id(kJob, 3, kNow, row);
        EXPECT_LT(before, id) << row;
        EXPECT_EQ(uuid_v7_time(id.value), kNow);
        EXPECT_EQ(id.value.bytes[6] >> 4, 7);
        EXPECT_EQ(id.value.bytes[8] >> 6, 2);
        before = id;
    }
    EXPECT_LT(before.value, uuid_v7_floor(kNow + std::chrono::milliseconds(1)));
}

TEST(JobRowId, DiffersBetweenJobsSegmentsAndRows)
{
    std::set<NotificationId> ids;
    for (const auto& job : {kJob, JobId{make_uuid_v4()}})
        for (std::int32_t segment = 1; segment <= 3; ++segment)
            for (std::int32_t row = 0; row < 5000; ++row) ids.insert(job_row_id(job, segment, kNow, row));
    EXPECT_EQ(ids.size(), 30'000U);
}

TEST(JobStatus, IsReadAsItIsWritten)
{
    for (const auto status : kAllJobStatuses) EXPECT_EQ(parse_job_status(to_string(status)), status);
    EXPECT_FALSE(parse_job_status("done"));
}

}  // namespace
}  // namespace herald
