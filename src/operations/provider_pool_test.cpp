#include "operations/provider_pool.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/support/named_provider.hpp"

namespace herald
{
namespace
{

constexpr Deadline kStart{std::chrono::hours(1000)};

ProviderRow row(std::string name, int priority, bool active = true, bool international = true)
{
    ProviderRow made;
    made.channel = Channel::sms;
    made.name = std::move(name);
    made.priority = priority;
    made.active = active;
    made.international = international;
    return made;
}

struct Two
{
    explicit Two(PoolOptions options = seeded())
        : pool({{&one, Channel::sms, 16}, {&two, Channel::sms, 16}}, &inside, options)
    {
    }
    static PoolOptions seeded()
    {
        PoolOptions options;
        options.seed = 1;
        return options;
    }
    // How often each is chosen in 1,000 draws.
    std::map<std::string, int> draws(Deadline now = kStart)
    {
        std::map<std::string, int> counts;
        for (int i = 0; i < 1000; ++i) ++counts[pool.choose(Channel::sms, now).provider];
        return counts;
    }
    void apply(std::vector<ProviderRow> rows) { pool.apply(rows); }
    void fail(std::string_view name, int times, Deadline now)
    {
        for (int i = 0; i < times; ++i) pool.note(Channel::sms, name, SendStatus::retryable, {}, now);
    }

    testing::NamedProvider one{"one"};
    testing::NamedProvider two{"two"};
    testing::NamedProvider inside{"inside"};
    ProviderPool pool;
};

TEST(ProviderPool, SharesMessagesByPriority)
{
    Two world;
    EXPECT_NEAR(world.draws()["one"], 500, 60);
    world.apply({row("one", 30), row("two", 10)});
    EXPECT_NEAR(world.draws()["one"], 750, 60);
    world.apply({row("one", 100), row("two", 0)});
    EXPECT_EQ(world.draws()["one"], 1000);
    world.apply({row("one", 100, false), row("two", 0)});
    EXPECT_EQ(world.draws()["two"], 1000) << "without weight it stands in when nobody else is there";
    world.apply({row("one", 100, false), row("two", 100, false)});
    EXPECT_EQ(world.pool.choose(Channel::sms, kStart).room, 0U);
    EXPECT_EQ(world.pool.choose(Channel::email, kStart).room, 0U);
}

TEST(ProviderPool, AFullOneIsPassedOver)
{
    Two world;
    for (int i = 0; i < 15; ++i) world.pool.begin(Channel::sms, "one", kStart);
    EXPECT_EQ(world.draws()["two"], 1000) << "one place of sixteen is not worth a claim";
    world.pool.end(Channel::sms, "one");
    EXPECT_GT(world.draws()["one"], 300);
    for (int i = 0; i < 16; ++i) world.pool.begin(Channel::sms, "two", kStart);
    EXPECT_EQ(world.pool.choose(Channel::sms, kStart).room, 2U);
    for (int i = 0; i < 2; ++i) world.pool.begin(Channel::sms, "one", kStart);
    EXPECT_FALSE(world.pool.has_room(Channel::sms, kStart));
    EXPECT_EQ(world.pool.choose(Channel::sms, kStart).room, 0U);
    EXPECT_EQ(world.pool.choose_simulator().room, 64U) << "what stays inside waits for nobody";
}

TEST(ProviderPool, KeepsTheRateThatAProviderStates)
{
    testing::NamedProvider one("one");
    ProviderPool pool({{&one, Channel::sms, 64, 20.0}}, nullptr);
    std::size_t sent = 0;
    for (Deadline now = kStart; now < kStart + seconds(10); now += milliseconds(10))
    {
        for (std::size_t room = pool.choose(Channel::sms, now).room; room > 0; --room, ++sent)
        {
            pool.begin(Channel::sms, "one", now);
            pool.end(Channel::sms, "one");
        }
    }
    EXPECT_NEAR(static_cast<double>(sent), 20 + (20 * 10), 2) << "a second's worth at once, then the rate";
    const auto now = kStart + seconds(10);
    while (pool.choose(Channel::sms, now).room > 0) pool.begin(Channel::sms, "one", now);
    const auto next = pool.next_room(now, now + seconds(30));
    EXPECT_GT(next, now);
    EXPECT_LE(next, now + milliseconds(51));
    EXPECT_EQ(pool.choose(Channel::sms, next).room, 1U);
}

TEST(ProviderPool, StopsOfferingToOneThatTakesNothingAndTriesItNowAndThen)
{
    Two world;
    world.fail("one", 9, kStart);
    EXPECT_GT(world.draws()["one"], 300);
    world.fail("one", 1, kStart);
    EXPECT_EQ(world.draws()["two"], 1000);
    EXPECT_EQ(world.pool.usable(Channel::sms, kStart), 1U);
    EXPECT_EQ(world.pool.next_room(kStart, kStart + seconds(60)), kStart + seconds(5));

    // One at a time; while it fails, the rests grow.
    const auto probe = kStart + seconds(5);
    world.apply({row("one", 100), row("two", 100, false)});
    EXPECT_EQ(world.pool.choose(Channel::sms, probe).room, 1U);
    world.pool.begin(Channel::sms, "one", probe);
    EXPECT_EQ(world.pool.choose(Channel::sms, probe).room, 0U);
    world.pool.end(Channel::sms, "one");
    world.fail("one", 1, probe);
    EXPECT_EQ(world.pool.next_room(probe, probe + seconds(60)), probe + seconds(10));
    const auto second = probe + seconds(10);
    EXPECT_EQ(world.pool.choose(Channel::sms, second).room, 1U);
    world.pool.note(Channel::sms, "one", SendStatus::rejected, {}, second);
    EXPECT_EQ(world.pool.choose(Channel::sms, second).room, 16U) << "an answer about the message is an answer";

    const auto moves = world.pool.take_moves();
    ASSERT_EQ(moves.size(), 2U);
    EXPECT_EQ(moves[0].kind, PoolMove::Kind::breaker_opened);
    EXPECT_EQ(moves[1].kind, PoolMove::Kind::breaker_closed);
    EXPECT_EQ(moves[1].name, "one");
}

TEST(ProviderPool, FiftyErrorsInAMinuteAreTooMany)
{
    Two world;
    const auto errors = [&world]
    {
        int count = 0;
        for (const auto& move : world.pool.take_moves()) count += move.kind == PoolMove::Kind::too_many_errors ? 1 : 0;
        return count;
    };
    world.fail("one", 49, kStart);
    EXPECT_EQ(errors(), 0);
    world.fail("one", 1, kStart + seconds(60));
    EXPECT_EQ(errors(), 0) << "the first ones are over";
    world.fail("one", 49, kStart + seconds(61));
    EXPECT_EQ(errors(), 1);
    world.fail("one", 49, kStart + seconds(62));
    EXPECT_EQ(errors(), 0) << "counted anew";
}

TEST(ProviderPool, NamesAnotherOneForWhatTheChosenOneDidNotTake)
{
    Two world;
    for (int i = 0; i < 100; ++i)
    {
        const auto share = world.pool.choose(Channel::sms, kStart);
        EXPECT_EQ(share.other, share.provider == "one" ? "two" : "one");
    }
    world.apply({row("two", 100, false)});
    EXPECT_EQ(world.pool.choose(Channel::sms, kStart).other, "");
}

TEST(ProviderPool, NamesAProviderThatSendsAbroad)
{
    Two world;
    world.apply({row("one", 100, true, false), row("two", 100)});
    bool home_by_one = false;
    for (int i = 0; i < 100; ++i)
    {
        const auto share = world.pool.choose(Channel::sms, kStart);
        EXPECT_EQ(share.abroad, "two");
        home_by_one |= share.provider == "one";
    }
    EXPECT_TRUE(home_by_one);
    world.apply({row("one", 100, true, false), row("two", 100, true, false)});
    EXPECT_EQ(world.pool.choose(Channel::sms, kStart).abroad, "");
}

}  // namespace
}  // namespace herald
