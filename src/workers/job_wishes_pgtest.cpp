// What people want of a job that is at work or queued already: pause, resume, slow, cancel, send again.
#include <gtest/gtest.h>

#include "tests/support/job_world.hpp"

namespace herald
{
namespace
{

using testing::in_job_world;
using testing::JobWorld;
using testing::soon;

Task<> tend(JobWorld& world)
{
    for (testing::Looks looks; co_await world.number("SELECT count(*) FROM jobs WHERE tend_at <= now()") > 0;)
    {
        co_await world.first.tend.run(soon());
        co_await looks.again();
    }
}

TEST(JobWishes, APausedJobWritesNoMoreAndNothingOfItLeaves)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(20));
            const auto claimed = (co_await world.first.process.claim(1, soon())).front();
            StopSource stop(co_await asio::this_coro::executor);
            stop.request_stop();
            co_await world.first.process.run(claimed, stop.token());
            const auto again = (co_await world.first.process.claim(1, soon())).front();
            EXPECT_TRUE((co_await pause_job(world.context(), job.service_id, job.id)).has_value());
            StopSource never(co_await asio::this_coro::executor);
            EXPECT_EQ(co_await world.first.process.run(again, never.token()), JobTurn::lost);
            // At once, before anybody has put the messages aside.
            EXPECT_TRUE((co_await world.claim_deliveries(2)).empty());
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_held"), 2);
            co_await tend(world);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_held"), 4);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_ready"), 0);
            EXPECT_FALSE((co_await pause_job(world.context(), job.service_id, job.id)).has_value());

            EXPECT_TRUE((co_await resume_job(world.context(), job.service_id, job.id)).has_value());
            co_await tend(world);
            co_await world.work();
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_held"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 4);
            EXPECT_EQ((co_await world.claim_deliveries()).size(), 16U);
            EXPECT_EQ((co_await world.show(job)).job.status, JobStatus::finished);
        });
}

TEST(JobWishes, ACancelledJobEndsWhatHasNotBeenClaimed)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(20));
            co_await world.work();
            EXPECT_EQ((co_await world.claim_deliveries(3)).size(), 3U);
            const auto cancelled = co_await cancel_job(world.context(), job.service_id, job.id);
            EXPECT_EQ(cancelled->job.status, JobStatus::cancelled);
            EXPECT_TRUE((co_await world.claim_deliveries(5)).empty());
            co_await tend(world);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::cancelled), 17);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::created), 3);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_held"), 0);
            // One of the three fails and would be tried again.
            co_await world.run_sql(
                "WITH l AS (DELETE FROM queue_leases RETURNING *) INSERT INTO queue_ready SELECT lane, channel, "
                "attempt, "
                "uncertain, service_id, notification_id FROM l");
            EXPECT_TRUE((co_await world.claim_deliveries()).empty());
            co_await world.run_sql("UPDATE jobs SET tend_at = now()");
            co_await tend(world);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::cancelled), 20);
        });
}

TEST(JobWishes, AScheduledJobIsCancelledAndNeverBegins)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(5), testing::kTestNow + std::chrono::hours(2));
            EXPECT_EQ((co_await cancel_scheduled_job(world.context(), job.service_id, job.id))->job.status,
                      JobStatus::cancelled);
            EXPECT_FALSE((co_await cancel_scheduled_job(world.context(), job.service_id, job.id)).has_value());
            EXPECT_TRUE((co_await world.first.process.claim(4, soon())).empty());
        });
}

TEST(JobWishes, MessagesOfASlowedJobLeaveAtItsRate)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(12));
            EXPECT_TRUE((co_await slow_job(world.context(), job.service_id, job.id, 5)).has_value());
            co_await world.work();
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_held"), 12);
            EXPECT_TRUE((co_await world.claim_deliveries()).empty());
            co_await world.run_sql("UPDATE jobs SET sweeping = false, released_at = now() - interval '1 second'");
            const auto now = co_await world.show(job);
            const auto released = co_await world.queue.release_messages(now.job, 1000, soon());
            EXPECT_EQ(released.count, 5);
            EXPECT_TRUE(released.has_more);
            EXPECT_LE((co_await world.queue.release_messages(now.job, 1000, soon())).count, 1);

            EXPECT_TRUE((co_await slow_job(world.context(), job.service_id, job.id, std::nullopt)).has_value());
            co_await tend(world);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 12);
        });
}

TEST(JobWishes, WhatIsQueuedIsPutAsideWhenAJobIsSlowed)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(12));
            co_await world.work();
            EXPECT_TRUE((co_await slow_job(world.context(), job.service_id, job.id, 1)).has_value());
            co_await world.first.tend.run(soon());
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_ready"), 0);
            EXPECT_GE(co_await world.number("SELECT count(*) FROM queue_held"), 11);
        });
}

// Rows 2 and 7 of the only job there is end as temporary-failure.
Task<> fail_two_rows(JobWorld& world)
{
    co_await world.run_sql(
        "WITH f AS (UPDATE notifications SET status = 8 WHERE job_row_number IN (2, 7) RETURNING *), d AS "
        "(DELETE "
        "FROM queue_ready) INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, "
        "status, notifications, billable_units, job_id) SELECT local_date, service_id, template_id, channel, "
        "key_type, s, n, n * billable_units, job_id FROM f, (VALUES (1, -1), (8, 1)) AS t (s, n)");
}

TEST(JobWishes, FailedRowsAreSentAgainInTheSameJobWithTheirLineage)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(10));
            EXPECT_FALSE((co_await retry_failed_rows(world.context(), job.service_id, job.id)).has_value());
            co_await world.work();
            EXPECT_FALSE((co_await retry_failed_rows(world.context(), job.service_id, job.id)).has_value());
            co_await fail_two_rows(world);
            EXPECT_TRUE((co_await retry_failed_rows(world.context(), job.service_id, job.id)).has_value());
            co_await world.work();
            const auto report = co_await world.show(job);
            EXPECT_EQ(report.job.status, JobStatus::finished);
            EXPECT_EQ(report.job.generation, 2);
            EXPECT_EQ(report.job.rows_retried, 2);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::created), 10);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_ready"), 2);
            EXPECT_EQ(co_await world.number(
                          "SELECT count(*) FROM job_retry_rows r JOIN notifications n ON n.id = "
                          "r.replaces_notification_id AND n.job_row_number = r.row_number AND n.status = 8"),
                      2);
            // What took their place has not failed, and what failed has been replaced.
            EXPECT_FALSE((co_await retry_failed_rows(world.context(), job.service_id, job.id)).has_value());
        });
}

TEST(JobWishes, WhatARefusedRetryDidNotSendIsInLineForTheNext)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(10));
            co_await world.work();
            co_await fail_two_rows(world);
            co_await world.run_sql("UPDATE daily_usage SET count = message_limit");
            EXPECT_TRUE((co_await retry_failed_rows(world.context(), job.service_id, job.id)).has_value());
            co_await world.work();
            EXPECT_EQ((co_await world.show(job)).job.status, JobStatus::sending_limits_exceeded);
            co_await world.run_sql("UPDATE daily_usage SET count = 0");
            EXPECT_TRUE((co_await retry_failed_rows(world.context(), job.service_id, job.id)).has_value());
            co_await world.work();
            const auto report = co_await world.show(job);
            EXPECT_EQ(report.job.status, JobStatus::finished);
            EXPECT_EQ(report.job.rows_retried, 2);
        });
}

}  // namespace
}  // namespace herald
