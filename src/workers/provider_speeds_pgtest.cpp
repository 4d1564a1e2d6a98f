// Providers of text messages that deliver slowly.
#include "operations/provider_speeds.hpp"

#include <gtest/gtest.h>

#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::soon;
using testing::WorldOptions;
using testing::WorldService;

using std::chrono::minutes;

WorldOptions without_receipts()
{
    CaptureRule rule;
    rule.receipt = CaptureReceipt::lost;
    WorldOptions options;
    options.script.rules.push_back(rule);
    return options;
}

// What the provider tells `later` of the first `count` of its messages that have no receipt yet.
Task<> tell(DeliveryWorld& world, std::string provider, int count, NotificationStatus status)
{
    constexpr pg::Statement kAwaited{"t_awaited",
                                     "SELECT reference FROM awaiting_receipts WHERE provider = $1 ORDER BY 1 LIMIT $2"};
    const auto rows = co_await world.database.execute(kAwaited, pg::Params::of(provider, count), soon());
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        Receipt receipt;
        receipt.provider = provider;
        receipt.reference = rows.get<std::string>(i, 0);
        receipt.status = status;
        world.recorder.receive(std::move(receipt));
    }
    co_await world.settle();
}

Task<> hand_over(DeliveryWorld& world, const WorldService& service, int count, std::string to = "+12025550123")
{
    for (int i = 0; i < count; ++i) co_await world.accept(service, to);
    co_await world.deliver();
}

Task<ProviderSpeed> speed_of(DeliveryWorld& world, std::string name, std::int32_t within)
{
    for (const auto& each : co_await world.provider_records.measure_speeds(world.clock.now(), soon()))
    {
        if (each.name == name && each.minutes == within) co_return each;
    }
    throw std::runtime_error("nobody measures " + name);
}

Task<> expect_speed(DeliveryWorld& world, std::int32_t within, std::int64_t judged, std::int64_t slow)
{
    const auto speed = co_await speed_of(world, "sms", within);
    EXPECT_EQ(speed.judged, judged) << within;
    EXPECT_EQ(speed.slow, slow) << within;
}

TEST(ProviderSpeeds, CountWhatArrivesAndWhatDoesNotByTheTimeOfTheHandOver)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            co_await hand_over(world, service, 20);
            co_await hand_over(world, service, 5, "ada@example.gov");
            co_await expect_speed(world, 1, 0, 0);
            world.clock.advance(seconds(50));
            co_await tell(world, "sms", 4, NotificationStatus::delivered);
            world.clock.advance(minutes(3));
            co_await tell(world, "sms", 6, NotificationStatus::delivered);
            co_await tell(world, "sms", 2, NotificationStatus::permanent_failure);
            co_await expect_speed(world, 1, 18, 14);
            co_await expect_speed(world, 5, 0, 0);
            world.clock.advance(minutes(3));
            co_await tell(world, "sms", 3, NotificationStatus::delivered);
            co_await expect_speed(world, 5, 18, 8);
            world.clock.advance(minutes(5));
            co_await tell(world, "sms", 1, NotificationStatus::delivered);
            co_await expect_speed(world, 10, 18, 5);
            // A quarter of an hour after the hand-over nobody looks at it any more.
            world.clock.advance(minutes(5));
            co_await expect_speed(world, 1, 0, 0);
            co_await expect_speed(world, 10, 0, 0);
        },
        without_receipts());
}

TEST(ProviderSpeeds, ASlowProviderIsDemotedOnceInAWhileAndNotWhenAllAreSlow)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            std::vector<ProviderName> other{{Channel::sms, "other"}};
            co_await world.provider_records.add_missing(std::move(other), world.clock.now(), soon());
            const auto service = co_await world.add_service();
            co_await hand_over(world, service, 20);
            co_await tell(world, "sms", 16, NotificationStatus::delivered);
            world.clock.advance(minutes(7));
            const auto judge = [&world]() -> Task<std::int64_t>
            {
                const auto speeds = co_await world.provider_records.measure_speeds(world.clock.now(), soon());
                auto slow = find_slow_providers(speeds);
                co_return co_await demote_slow_providers(world.provider_records, std::move(slow), world.clock.now(),
                                                         soon());
            };
            // The other one loses nothing that it could: it is at its most already.
            EXPECT_EQ(co_await judge(), 1);
            EXPECT_EQ(co_await world.number("SELECT priority::int8 FROM providers WHERE name = 'sms'"), 90);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM provider_history WHERE name = 'sms' AND reason = "
                                            "'4 of 20 text messages took over 5 minutes' AND author_id IS NULL"),
                      1);
            EXPECT_EQ(co_await judge(), 0) << "so soon again";
            world.clock.advance(kDemoteSlowEvery);
            EXPECT_EQ(co_await judge(), 1);
            EXPECT_EQ(co_await world.number("SELECT priority::int8 FROM providers WHERE name = 'sms'"), 80);

            co_await world.database.run_script("UPDATE providers SET active = false WHERE name = 'other'", soon());
            world.clock.advance(kDemoteSlowEvery - seconds(30));
            EXPECT_EQ(co_await judge(), 0) << "all that are active are slow";
        },
        without_receipts());
}

TEST(ProviderSpeeds, NothingIsConcludedFromAFewMessages)
{
    ProviderSpeed few{"sms", true, kSlowMinutes, kFewestToJudge - 1, kFewestToJudge - 1};
    EXPECT_EQ(slow_share(few), std::nullopt);
    const ProviderSpeed fast{"other", true, kSlowMinutes, 100, 14};
    EXPECT_TRUE(find_slow_providers(std::vector{few, fast}).empty());
    few.judged = few.slow = kFewestToJudge;
    EXPECT_EQ(find_slow_providers(std::vector{few, fast}).size(), 1U);
    const ProviderSpeed slow{"other", true, kSlowMinutes, 100, 15};
    EXPECT_TRUE(find_slow_providers(std::vector{few, slow}).empty());
    const ProviderSpeed inactive{"other", false, kSlowMinutes, 100, 0};
    EXPECT_TRUE(find_slow_providers(std::vector{few, inactive}).empty());
}

}  // namespace
}  // namespace herald
