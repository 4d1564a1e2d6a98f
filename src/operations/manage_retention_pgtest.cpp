#include "operations/manage_retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/retention_world.hpp"

namespace herald
{
namespace
{

using testing::in_retention_world;
using testing::Place;
using testing::RetentionWorld;
using testing::soon;

Task<RetentionPlan> plan_for(RetentionWorld& world, std::int32_t days)
{
    const KeyRing keys = KeyRing::generate();
    const ManageContext context{world.database, keys, "US", world.clock.now(), soon()};
    auto plan = co_await plan_retention(context, world.zone, days);
    if (!plan) throw std::runtime_error(plan.error().message);
    co_return std::move(*plan);
}

const PlannedRule& rule(const RetentionPlan& plan, std::string_view name)
{
    for (const auto& planned : plan.rules)
        if (planned.rule.name == name) return planned;
    throw std::logic_error("there is no such rule");
}

TEST(ManageRetention, PlansWhatGoesByRuleAndByService)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 3);
            for (int ago = 0; ago < 5; ++ago)
                co_await world.add(service, Channel::sms, ago, NotificationStatus::delivered);
            co_await world.add(service, Channel::sms, 3, NotificationStatus::delivered);
            co_await world.add(service, Channel::sms, 4, NotificationStatus::created, Place::ready);
            co_await world.add_inbound(service, 3, 3);

            const auto today = co_await plan_for(world, 0);
            EXPECT_EQ(today.under_way, 1);
            EXPECT_EQ(rule(today, "contents").partitions.size(), 1U);
            EXPECT_EQ(rule(today, "received_texts").rows, 0);
            EXPECT_EQ(today.messages.size(), 1U);

            const auto plan = co_await plan_for(world, 2);
            EXPECT_EQ(rule(plan, "contents").partitions.size(), 3U);
            EXPECT_EQ(rule(plan, "contents").partitions[1].goes_on, add_days(world.today(), 1));
            EXPECT_GT(rule(plan, "contents").partitions[1].bytes, 0);
            EXPECT_EQ(rule(plan, "received_texts").rows, 1);
            EXPECT_TRUE(rule(plan, "events").partitions.empty());
            EXPECT_EQ(plan.messages.size(), 3U);
            if (plan.messages.size() != 3U) co_return;
            EXPECT_EQ(plan.messages[1].service_id, service);
            EXPECT_EQ(plan.messages[1].channel, Channel::sms);
            EXPECT_EQ(plan.messages[1].days, 3);
            EXPECT_EQ(plan.messages[1].goes_on, add_days(world.today(), 1));
            EXPECT_EQ(plan.messages[1].messages, 2);
        });
}

TEST(ManageRetention, ShowsTheDefaultAndWhatSomebodySaid)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const KeyRing keys = KeyRing::generate();
            const ManageContext context{world.database, keys, "US", world.clock.now(), soon()};
            const auto service = co_await world.add_service(7, 7);
            ServiceChange change;
            change.retention_days_sms = 90;
            co_await world.change(service, change);
            const auto shown = co_await show_retention(context, service);
            EXPECT_TRUE(shown.has_value());
            if (!shown) co_return;
            EXPECT_EQ(shown->at(0).days, 7);
            EXPECT_FALSE(shown->at(0).setting.has_value());
            EXPECT_EQ(shown->at(1).days, 90);
            EXPECT_EQ(shown->at(1).setting->days, 90);
            const auto nobody = co_await show_retention(context, ServiceId{make_uuid_v4()});
            EXPECT_FALSE(nobody.has_value());
        });
}

}  // namespace
}  // namespace herald
