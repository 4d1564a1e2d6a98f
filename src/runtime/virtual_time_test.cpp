#include "runtime/virtual_time.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <boost/asio/this_coro.hpp>

#include "runtime/deadline.hpp"
#include "runtime/loop.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{
namespace
{

using std::chrono::hours;

TEST(VirtualTime, HoursPassAtOnce)
{
    const auto began = std::chrono::steady_clock::now();
    run_virtual(
        []() -> Task<>
        {
            const Deadline before = monotonic_now();
            co_await sleep_for(hours(100));
            EXPECT_EQ(monotonic_now() - before, hours(100));
        });
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
    EXPECT_EQ(VirtualTime::of_this_thread(), nullptr);
    EXPECT_LT(monotonic_now() - began, seconds(10)) << "the machine's again";
}

Task<> write_down(std::vector<int>& order, int number, seconds after)
{
    co_await sleep_for(after);
    order.push_back(number);
}

TEST(VirtualTime, WaitsEndInTheirOrder)
{
    std::vector<int> order;
    run_virtual(
        [&]() -> Task<>
        {
            TaskScope scope(co_await asio::this_coro::executor);
            scope.spawn("late", write_down(order, 3, seconds(5)));
            scope.spawn("early", write_down(order, 1, seconds(1)));
            scope.spawn("early", write_down(order, 2, seconds(1)));
            EXPECT_FALSE(co_await scope.join(deadline_in(seconds(4))));
            EXPECT_TRUE(co_await scope.join(deadline_in(seconds(2))));
        });
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(VirtualTime, DeadlinesNotifiersAndStopsGoByIt)
{
    run_virtual(
        []() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const Deadline before = monotonic_now();
            bool late = false;
            try
            {
                co_await with_deadline(sleep_for(hours(2)), deadline_in(hours(1)), "a test");
            }
            catch (const DeadlineExceeded&)
            {
                late = true;
            }
            EXPECT_TRUE(late);
            EXPECT_EQ(monotonic_now() - before, hours(1));
            co_await with_deadline(sleep_for(hours(1)), deadline_in(hours(2)), "a test");
            EXPECT_EQ(monotonic_now() - before, hours(2)) << "the deadline that was not needed is gone";

            WakeUp wake_up(executor);
            StopSource stop(executor);
            EXPECT_FALSE(co_await wake_up.wait(deadline_in(hours(1))));
            wake_up.raise();
            EXPECT_TRUE(co_await wake_up.wait(deadline_in(hours(1))));
            EXPECT_EQ(monotonic_now() - before, hours(3));
            stop.request_stop();
            EXPECT_TRUE(co_await stop.token().wait_for(hours(1)));
            EXPECT_EQ(monotonic_now() - before, hours(3));
        });
}

TEST(VirtualTime, WhatCanNeverHappenIsAnError)
{
    const auto wait = []() -> Task<>
    {
        asio::steady_timer never(co_await asio::this_coro::executor, Deadline::max());
        co_await never.async_wait(asio::use_awaitable);
    };
    EXPECT_THROW(run_virtual(wait), std::logic_error);
}

struct Mortal
{
    explicit Mortal(const asio::any_io_executor& executor) : scope(executor) {}
    Task<> live(int& rounds)
    {
        TaskScope inner(co_await asio::this_coro::executor);
        inner.spawn("inner", sleep_for(hours(1)));
        while (true)
        {
            co_await changed.wait(deadline_in(seconds(1)));
            ++rounds;
        }
    }
    TaskScope scope;
    Notifier changed;
};

TEST(VirtualLoop, DiesWithEverythingThatRunsOnIt)
{
    VirtualTime time;
    int rounds = 0;
    {
        VirtualLoop loop(time);
        auto mortal = std::make_unique<Mortal>(loop.executor());
        mortal->scope.spawn("live", mortal->live(rounds));
        const auto run = [&loop]
        {
            while (loop.run_one())
            {
            }
        };
        run();
        time.move_to(*time.next());
        run();
        EXPECT_EQ(rounds, 1);
        const AbandonedTasks abandoned;
        loop.die();
        EXPECT_EQ(time.next(), std::nullopt) << "nothing of it waits any more";
        mortal.reset();
    }
    EXPECT_EQ(rounds, 1);
}

}  // namespace
}  // namespace herald
