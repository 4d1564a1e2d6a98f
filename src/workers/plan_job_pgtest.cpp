#include "operations/plan_job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_suppressions.hpp"
#include "operations/manage_users.hpp"
#include "tests/support/job_world.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using testing::in_job_world;
using testing::JobWorld;
using testing::manage;
using testing::test_keys;

constexpr const char* kAuthor = "ben@town.example";

// A JobDesk of this world.
struct PlanDesk
{
    explicit PlanDesk(JobWorld& of) : world(of), desk{test_keys(), of.at.clock, of.at.zone, options, of.pool} {}

    [[nodiscard]] JobWish wish() const
    {
        JobWish wish;
        wish.id = JobId{make_uuid_v7(world.at.clock.now())};
        wish.service_id = world.service.service.id;
        wish.template_id = world.service.sms;
        wish.file_name = "list.csv";
        return wish;
    }

    Task<Result<JobPlan>> plan(JobWish wish, std::string bytes, StatedRates rates = {})
    {
        ListInMemory list(std::move(bytes));
        const PlanContext context{world.context(), desk, rates};
        co_return co_await plan_job(context, std::move(wish), list);
    }

    JobWorld& world;
    AcceptOptions options;
    JobDesk desk;
};

TEST(PlanJob, JudgesRowsAsTheJobWill)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            PlanDesk desk(world);
            const std::string file =
                "phone number,name\r\n+12028675309,Ann\r\n12,Bob\r\n+12028675310,\r\n"
                "+447900900123,Di\r\n+12028675311," +
                std::string(1000, 'x') + "\r\n+12028675309,Ann\r\n";
            const auto plan = (co_await desk.plan(desk.wish(), file)).value();
            EXPECT_EQ(plan.rows, 6);
            EXPECT_EQ(plan.good_rows, 2);
            EXPECT_EQ(plan.bad_rows, 4);
            EXPECT_EQ(plan.repeated_rows, 1);
            EXPECT_EQ(plan.fragments, 2);
            EXPECT_THAT(plan.reasons, Contains(Field(&PlannedReason::reason, "name: Missing")));
            EXPECT_THAT(plan.reasons, Contains(Field(&PlannedReason::reason, HasSubstr("too long"))));
            EXPECT_FALSE(plan.price);
            EXPECT_FALSE(plan.repeated_in_last_days);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM jobs"), 0);

            const auto job = co_await world.add(file);
            co_await world.work();
            const auto report = co_await world.show(job);
            EXPECT_EQ(report.job.rows_written, plan.good_rows);
            EXPECT_EQ(report.job.rows_refused, plan.bad_rows);
            const auto refused = co_await world.jobs.refused_rows(job.service_id, job.id, -1, 10, testing::soon());
            EXPECT_EQ(refused.size(), plan.first_bad_rows.size());
            for (std::size_t i = 0; i < std::min(refused.size(), plan.first_bad_rows.size()); ++i)
            {
                EXPECT_EQ(refused[i].row_number, plan.first_bad_rows[i].number);
                EXPECT_EQ(refused[i].reason, plan.first_bad_rows[i].reason);
            }
        });
}

TEST(PlanJob, TellsWhatWillBeSentInsteadOfCharacters)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            PlanDesk desk(world);
            const auto plan = (co_await desk.plan(desk.wish(),
                                                  "phone number,name\n+12028675309,Łukasz ŁŁ\n"
                                                  "+12028675310,Ł日\n+12028675311,é\n"))
                                  .value();
            EXPECT_EQ(plan.downgraded_rows, 2);
            EXPECT_EQ(plan.downgraded.size(), 2U);
            EXPECT_EQ(plan.downgraded.front().character, U'Ł');
            EXPECT_EQ(plan.downgraded.front().rows, 2);
            EXPECT_EQ(plan.downgraded.back().rows, 1);
        });
}

TEST(PlanJob, CountsWhomTheServiceDoesNotWriteTo)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            PlanDesk desk(world);
            NewUser user;
            user.name = "Ben";
            user.email_address = kAuthor;
            co_await create_user(manage(world.at.database), std::move(user));
            SuppressionDecision decision{"+12028674001", kAuthor, std::nullopt};
            const auto added = co_await add_suppression(manage(world.at.database), world.service.service.id, decision);
            EXPECT_TRUE(added);
            const auto plan = (co_await desk.plan(desk.wish(), JobWorld::rows(2500))).value();
            EXPECT_EQ(plan.good_rows, 2500);
            EXPECT_EQ(plan.suppressed_rows, 0);
            auto file = JobWorld::rows(2500) + "+12028674001,Ann\r\n+12028674001,Ann\r\n";
            const auto with_them = (co_await desk.plan(desk.wish(), std::move(file))).value();
            EXPECT_EQ(with_them.suppressed_rows, 2);
        });
}

TEST(PlanJob, KnowsTrialModeAndTheLimit)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            PlanDesk desk(world);
            co_await world.run_sql("UPDATE services SET restricted = true, message_limit = 3");
            const auto plan = (co_await desk.plan(desk.wish(), JobWorld::rows(4))).value();
            EXPECT_EQ(plan.bad_rows, 4);
            EXPECT_EQ(plan.not_allowed_rows, 4);
            EXPECT_EQ(plan.limit.limit, 3);
            EXPECT_EQ(plan.limit.left, 3);
            EXPECT_FALSE(plan.limit.fits);
            EXPECT_TRUE((co_await desk.plan(desk.wish(), JobWorld::rows(3)))->limit.fits);
            co_await world.run_sql("UPDATE services SET restricted = false");
            co_await world.add(JobWorld::rows(2));
            co_await world.work();
            const auto later = (co_await desk.plan(desk.wish(), JobWorld::rows(2))).value();
            EXPECT_EQ(later.limit.used, 2);
            EXPECT_FALSE(later.limit.fits);
        });
}

TEST(PlanJob, ForecastsByStatedRatesAlone)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            PlanDesk desk(world);
            const auto now = world.at.clock.now();
            const auto unknown = (co_await desk.plan(desk.wish(), JobWorld::rows(10))).value();
            EXPECT_EQ(unknown.times.starts_at, now);
            EXPECT_FALSE(unknown.times.rate_per_second);
            EXPECT_FALSE(unknown.times.ends_at);

            co_await world.add(JobWorld::rows(20));
            StatedRates rates;
            rates.sms = 5;
            const auto waiting = (co_await desk.plan(desk.wish(), JobWorld::rows(10), rates)).value();
            EXPECT_EQ(waiting.times.rows_ahead, 20);
            EXPECT_EQ(waiting.times.starts_at, now + seconds(4));
            EXPECT_EQ(waiting.times.ends_at, now + seconds(6));
            co_await world.work();
            const auto queued = (co_await desk.plan(desk.wish(), JobWorld::rows(10), rates)).value();
            EXPECT_EQ(queued.times.rows_ahead, 20);

            auto slow = desk.wish();
            slow.rows_per_second = 2;
            slow.scheduled_for = now + std::chrono::hours(1);
            const auto later = (co_await desk.plan(slow, JobWorld::rows(10), rates)).value();
            EXPECT_EQ(later.times.rate_source, RateSource::job);
            EXPECT_EQ(later.times.starts_at, now + std::chrono::hours(1));
            EXPECT_EQ(later.times.ends_at, now + std::chrono::hours(1) + seconds(5));
        });
}

TEST(PlanJob, OneMessageIsAListOfOneRow)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            PlanDesk desk(world);
            const PlanContext context{world.context(), desk.desk, {}};
            OneMessage message{"+12028675309", {{"name", "Ann"}}};
            const auto good = (co_await plan_message(context, desk.wish(), message)).value();
            EXPECT_EQ(good.good_rows, 1);
            EXPECT_EQ(good.fragments, 1);
            OneMessage wrong{"12", {{"name", "Ann"}}};
            const auto bad = (co_await plan_message(context, desk.wish(), wrong)).value();
            EXPECT_EQ(bad.bad_rows, 1);
            EXPECT_THAT(bad.first_bad_rows.front().reason, HasSubstr("phone number: "));
        });
}

}  // namespace
}  // namespace herald
