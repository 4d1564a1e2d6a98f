#include "app/role.hpp"

#include <gtest/gtest.h>

namespace herald
{

namespace
{

constexpr seconds kLong{30};

class Waiting final : public Role
{
public:
    Waiting() : Role("waiting") {}
    ~Waiting() override { halt(); }

private:
    Task<> open() override { co_return; }
    Task<> run(StopToken stop) override { co_await stop.wait(); }
};

class Refusing final : public Role
{
public:
    Refusing() : Role("refusing") {}
    ~Refusing() override { halt(); }

private:
    Task<> open() override
    {
        throw std::runtime_error("no such thing");
        co_return;
    }
    Task<> run(StopToken) override { co_return; }
};

class Ending final : public Role
{
public:
    Ending() : Role("ending") {}
    ~Ending() override { halt(); }

private:
    Task<> open() override { co_return; }
    Task<> run(StopToken) override { throw std::runtime_error("broken"); }
};

}  // namespace

// A role that is destroyed right after its start must not take its scopes away from under its last steps: the race is
// one of a few instructions, so it is tried often.
TEST(Role, may_be_destroyed_at_any_moment)
{
    for (int i = 0; i < 2000; ++i)
    {
        Waiting role;
        ASSERT_TRUE(role.start(kLong).has_value());
    }
    const Waiting never_started;
}

TEST(Role, says_why_it_could_not_open)
{
    for (int i = 0; i < 200; ++i)
    {
        Refusing role;
        const auto started = role.start(kLong);
        ASSERT_FALSE(started.has_value());
        ASSERT_EQ(started.error().message, "refusing: no such thing");
    }
}

TEST(Role, has_failed_when_it_ends_unasked)
{
    Ending ending;
    ASSERT_TRUE(ending.start(kLong).has_value());
    ASSERT_TRUE(ending.wait_stopped(deadline_in(kLong)));
    EXPECT_TRUE(ending.failed());

    Waiting waiting;
    ASSERT_TRUE(waiting.start(kLong).has_value());
    EXPECT_FALSE(waiting.failed());
    waiting.request_stop();
    ASSERT_TRUE(waiting.wait_stopped(deadline_in(kLong)));
    EXPECT_FALSE(waiting.failed());
}

}  // namespace herald
