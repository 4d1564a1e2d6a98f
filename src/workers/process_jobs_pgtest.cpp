// How a job's rows become messages: all of them, each once, whoever dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/job_world.hpp"

namespace herald
{
namespace
{

using ::testing::HasSubstr;
using testing::in_job_world;
using testing::JobWorld;
using testing::soon;

TEST(ProcessJobs, MakesAMessageOfEachGoodRowAndKeepsTheBadOnes)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(9) + "123,Nobody\r\n" + "+12028670101,\r\n");
            EXPECT_EQ(job.original_file_name, "people é.csv");
            co_await world.work();
            const auto report = co_await world.show(job);
            EXPECT_EQ(report.job.status, JobStatus::finished);
            EXPECT_EQ(report.job.rows_written, 9);
            EXPECT_EQ(report.job.rows_refused, 2);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::created), 9);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_ready WHERE lane = 3"), 9);
            const auto page = co_await world.jobs.notifications(job.service_id, job.id, {}, 1, 5,
                                                                utc_date(testing::kTestNow), soon());
            EXPECT_EQ(page.rows.size(), 5U);
            EXPECT_TRUE(page.has_more);
            for (std::size_t i = 0; i < page.rows.size(); ++i)
                EXPECT_EQ(page.rows[i].job_row_number, static_cast<std::int32_t>(i));
        });
}

TEST(ProcessJobs, GivesTheBadRowsBackWithTheirReasons)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(6) + "123,Nobody\r\n");
            co_await world.work();
            const auto rows = co_await download_bad_rows(world.context(), job.service_id, job.id);
            EXPECT_TRUE(rows.has_value());
            std::string file;
            for (auto piece = co_await (*rows)->next(soon()); !piece.empty(); piece = co_await (*rows)->next(soon()))
                file += piece;
            EXPECT_THAT(file, HasSubstr("phone number,name,reason this row was not sent\r\n123,Nobody,phone number: "
                                        "Not enough digits\r\n"));
            EXPECT_EQ(std::ranges::count(file, '\n'), 2);
        });
}

TEST(ProcessJobs, GoOnWhereADeadProcessStoppedAndWriteNoRowTwice)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(20));
            auto stale = (co_await world.first.process.claim(1, soon())).front();
            StopSource stop(co_await asio::this_coro::executor);
            stop.request_stop();  // one batch, and the job goes back
            EXPECT_EQ(co_await world.first.process.run(stale, stop.token()), JobTurn::given_back);
            EXPECT_EQ((co_await world.show(job)).job.next_row, 4);
            const auto taken = (co_await world.second.process.claim(1, soon())).front();
            StopSource never(co_await asio::this_coro::executor);
            // Whoever comes back from the dead still believes that it has the job, at its beginning.
            stale.job.status = JobStatus::in_progress;
            EXPECT_EQ(co_await world.first.process.run(stale, never.token()), JobTurn::lost);
            EXPECT_EQ(co_await world.second.process.run(taken, never.token()), JobTurn::finished);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::created), 20);
            EXPECT_EQ(co_await world.number("SELECT count(DISTINCT job_row_number) FROM notifications"), 20);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM job_segments"), 2);
        });
}

TEST(ProcessJobs, TakeOverAJobWhoseLeaseHasEnded)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            co_await world.add(JobWorld::rows(5));
            EXPECT_EQ((co_await world.first.process.claim(4, soon())).size(), 1U);
            EXPECT_TRUE((co_await world.second.process.claim(4, soon())).empty());
            co_await world.run_sql("UPDATE jobs SET claim_at = now()");
            EXPECT_EQ((co_await world.second.process.claim(4, soon())).size(), 1U);
        });
}

TEST(ProcessJobs, StartAScheduledJobAtItsTimeAndOnce)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto job = co_await world.add(JobWorld::rows(5), testing::kTestNow + std::chrono::hours(24));
            EXPECT_EQ(job.status, JobStatus::scheduled);
            // kTestNow is ahead of, or behind, the server's clock: put the schedule where the server sees it.
            co_await world.run_sql(
                "UPDATE jobs SET scheduled_for = now() + interval '1 hour', claim_at = now() + "
                "interval '1 hour'");
            EXPECT_TRUE((co_await world.first.process.claim(4, soon())).empty());
            co_await world.run_sql("UPDATE jobs SET scheduled_for = now(), claim_at = now()");
            const auto claimed = co_await world.first.process.claim(4, soon());
            EXPECT_EQ(claimed.size() + (co_await world.second.process.claim(4, soon())).size(), 1U);
            StopSource never(co_await asio::this_coro::executor);
            EXPECT_EQ(co_await world.first.process.run(claimed.front(), never.token()), JobTurn::finished);
            EXPECT_EQ(co_await world.messages(job, NotificationStatus::created), 5);
        });
}

TEST(ProcessJobs, SendNothingOfAJobThatIsBeyondTheDailyLimit)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            co_await world.run_sql("UPDATE services SET message_limit = 10");
            const auto fits = co_await world.add(JobWorld::rows(6) + "123,Nobody\r\n");
            co_await world.work();
            EXPECT_EQ((co_await world.show(fits)).job.status, JobStatus::finished);
            EXPECT_EQ(co_await world.number("SELECT count FROM daily_usage"), 6);  // the refused row was given back
            const auto beyond = co_await world.add(JobWorld::rows(5));
            co_await world.work();
            EXPECT_EQ((co_await world.show(beyond)).job.status, JobStatus::sending_limits_exceeded);
            EXPECT_EQ(co_await world.messages(beyond, NotificationStatus::created), 0);
            EXPECT_EQ(co_await world.number("SELECT count FROM daily_usage"), 6);
        });
}

TEST(ProcessJobs, EndAJobWhoseServiceTemplateOrFileIsGoneBeforeAnythingIsSent)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto no_file = co_await world.add(JobWorld::rows(5));
            co_await world.objects.remove(no_file.object_key, soon());
            const auto no_list = co_await world.add("name,colour\r\nAnn,red\r\n");
            co_await world.work();
            EXPECT_EQ((co_await world.show(no_file)).job.status, JobStatus::error);
            EXPECT_EQ((co_await world.show(no_file)).job.reason, "The file of the job is gone");
            EXPECT_EQ((co_await world.show(no_list)).job.status, JobStatus::error);
            EXPECT_THAT((co_await world.show(no_list)).job.reason, HasSubstr("phone number"));
            const auto no_template = co_await world.add(JobWorld::rows(5));
            co_await world.run_sql("UPDATE templates SET archived = true");
            co_await world.work();
            EXPECT_EQ((co_await world.show(no_template)).job.status, JobStatus::cancelled);
            co_await world.run_sql("UPDATE templates SET archived = false");
            const auto no_service = co_await world.add(JobWorld::rows(5));
            co_await world.run_sql("UPDATE services SET active = false");
            co_await world.work();
            EXPECT_EQ((co_await world.show(no_service)).job.status, JobStatus::cancelled);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications"), 0);
        });
}

TEST(ProcessJobs, ClaimInTurnsOfTheServices)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            for (int i = 0; i < 3; ++i) co_await world.add(JobWorld::rows(2));
            const auto other = co_await world.at.add_service(testing::Desk::live_service());
            const auto late = co_await world.add(JobWorld::rows(2), std::nullopt, &other);
            const auto claimed = co_await world.first.process.claim(2, soon());
            EXPECT_EQ(claimed.size(), 2U);
            EXPECT_TRUE(std::ranges::any_of(claimed, [&](const auto& one) { return one.job.id == late.id; }));
        });
}

TEST(ProcessJobs, GiveTheirPlaceUpWhenOthersWait)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto long_one = co_await world.add(JobWorld::rows(20));
            const auto claimed = (co_await world.first.process.claim(1, soon())).front();
            const auto short_one = co_await world.add(JobWorld::rows(2));
            StopSource never(co_await asio::this_coro::executor);
            EXPECT_EQ(co_await world.first.process.run(claimed, never.token()), JobTurn::given_back);
            EXPECT_EQ((co_await world.show(long_one)).job.next_row, 8);
            EXPECT_EQ((co_await world.first.process.claim(1, soon())).front().job.id, short_one.id);
        });
}

}  // namespace
}  // namespace herald
