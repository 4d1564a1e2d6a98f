#include "runtime/task_scope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include "base/metrics.hpp"
#include "runtime/stop.hpp"

namespace herald
{

namespace
{

constexpr seconds kLong{30};

Task<> add_when_stopped(StopToken stop, int& count)
{
    co_await stop.wait_for(kLong);
    ++count;
}

Task<> fail_with(std::string what)
{
    throw std::runtime_error(what);
    co_return;
}

Task<> add(int& count)
{
    ++count;
    co_return;
}

}  // namespace

TEST(TaskScope, joins_when_the_last_task_has_ended)
{
    int count = 0;
    const auto check = [&]() -> Task<>
    {
        const auto executor = co_await asio::this_coro::executor;
        TaskScope scope(executor);
        StopSource stop(executor);
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));  // nothing runs
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(scope.spawn("add", add_when_stopped(stop.token(), count)));
        EXPECT_EQ(scope.running(), 3U);
        EXPECT_FALSE(co_await scope.join(deadline_in(milliseconds(2))));
        EXPECT_EQ(count, 0);
        stop.request_stop();
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        EXPECT_EQ(scope.running(), 0U);
    };
    run_task(check);
    EXPECT_EQ(count, 3);
}

TEST(TaskScope, takes_nothing_after_close)
{
    int count = 0;
    const auto check = [&]() -> Task<>
    {
        TaskScope scope(co_await asio::this_coro::executor);
        scope.close();
        EXPECT_FALSE(scope.spawn("add", add(count)));
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(check);
    EXPECT_EQ(count, 0);
}

TEST(TaskScope, counts_an_exception_and_goes_on)
{
    int count = 0;
    const auto check = [&]() -> Task<>
    {
        TaskScope scope(co_await asio::this_coro::executor);
        scope.spawn("scope_test_failing", fail_with("broken"));
        scope.spawn("scope_test_failing", fail_with("broken again"));
        scope.spawn("add", add(count));
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(check);
    EXPECT_EQ(count, 1);
    EXPECT_THAT(metrics::expose(), testing::HasSubstr("herald_task_failed_total{task=\"scope_test_failing\"} 2"));
}

TEST(TaskScopeDeathTest, must_be_joined_before_it_is_destroyed)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto leave = []() -> Task<>
    {
        TaskScope scope(co_await asio::this_coro::executor);
        scope.spawn("sleep", sleep_for(kLong));
    };
    EXPECT_DEATH(run_task(leave), "destroyed while its tasks were running");
}

}  // namespace herald
