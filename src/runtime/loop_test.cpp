// Loop, WakeUp, StopSource and TerminationSignals: what crosses threads.
#include "runtime/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <csignal>
#include <future>

#include "base/metrics.hpp"
#include "runtime/signals.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr seconds kLong{30};

}  // namespace

TEST(Loop, runs_posted_work_on_its_own_thread)
{
    Loop loop("loop-with-a-long-name");
    std::promise<std::thread::id> on;
    loop.post([&] { on.set_value(std::this_thread::get_id()); });  // kept until the loop starts
    loop.start();
    loop.start();
    EXPECT_NE(on.get_future().get(), std::this_thread::get_id());
    loop.stop();
    loop.stop();
}

TEST(Loop, goes_on_after_an_exception)
{
    Loop loop("throwing");
    loop.start();
    loop.post([] { throw std::runtime_error("broken"); });
    std::promise<void> after;
    loop.post([&] { after.set_value(); });
    after.get_future().get();
    EXPECT_THAT(metrics::expose(), testing::HasSubstr("herald_task_failed_total{task=\"throwing\"} 1"));
}

TEST(Loop, may_be_stopped_by_its_own_work_and_from_several_threads)
{
    Loop loop("stopping");
    loop.start();
    loop.post([&] { loop.stop(); });
    std::thread other([&] { loop.stop(); });
    loop.stop();
    other.join();
}

TEST(Loop, destroys_waiting_coroutines_when_it_ends)
{
    bool has_run_on = false;
    {
        Loop loop("ending");
        loop.start();
        const auto wait = [&]() -> Task<>
        {
            co_await sleep_for(kLong);
            has_run_on = true;
        };
        std::promise<void> waiting;
        asio::co_spawn(loop.context(), wait, [](const std::exception_ptr&) {});
        loop.post([&] { waiting.set_value(); });
        waiting.get_future().get();
    }
    EXPECT_FALSE(has_run_on);
}

TEST(WakeUp, wakes_once_for_many_raises)
{
    const auto check = []() -> Task<>
    {
        WakeUp wake_up(co_await asio::this_coro::executor);
        EXPECT_FALSE(co_await wake_up.wait(deadline_in(milliseconds(2))));
        wake_up.raise();
        wake_up.raise();
        EXPECT_TRUE(co_await wake_up.wait(deadline_in(kLong)));
        EXPECT_FALSE(co_await wake_up.wait(deadline_in(milliseconds(2))));
    };
    run_task(check);
}

// Every increment is followed by a raise, so a waiter that drains after each wake-up sees the last one.
TEST(WakeUp, loses_no_raise_of_another_thread)
{
    constexpr int kRaises = 20'000;
    Loop loop("waiter");
    WakeUp wake_up(loop.executor());
    std::atomic<int> raised = 0;
    const auto drain = [&]() -> Task<int>
    {
        int seen = 0;
        while (seen < kRaises && co_await wake_up.wait(deadline_in(kLong))) seen = raised;
        co_return seen;
    };
    auto result = asio::co_spawn(loop.context(), drain, asio::use_future);
    loop.start();
    std::thread raiser(
        [&]
        {
            for (int i = 0; i < kRaises; ++i)
            {
                ++raised;
                wake_up.raise();
            }
        });
    EXPECT_EQ(result.get(), kRaises);
    raiser.join();
}

TEST(StopSource, wakes_every_waiter_from_another_thread)
{
    Loop loop("stoppable");
    StopSource source(loop.executor());
    const auto wait = [token = source.token()]()
    {
        return token.wait_until(deadline_in(kLong));
    };
    auto first = asio::co_spawn(loop.context(), wait, asio::use_future);
    auto second = asio::co_spawn(loop.context(), wait, asio::use_future);
    loop.start();
    EXPECT_FALSE(source.token().requested());
    source.request_stop();
    source.request_stop();
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(second.get());
    EXPECT_TRUE(source.token().requested());
    auto late = asio::co_spawn(loop.context(), wait, asio::use_future);
    EXPECT_TRUE(late.get());
}

TEST(StopSource, times_out_when_nothing_is_requested)
{
    const auto check = []() -> Task<>
    {
        const StopSource source(co_await asio::this_coro::executor);
        EXPECT_FALSE(co_await source.token().wait_for(milliseconds(2)));
    };
    run_task(check);
}

TEST(TerminationSignals, are_awaited_and_kept_until_asked_for)
{
    const auto check = []() -> Task<>
    {
        TerminationSignals signals(co_await asio::this_coro::executor);
        EXPECT_EQ(co_await signals.wait(deadline_in(milliseconds(2))), std::nullopt);
        std::raise(SIGTERM);
        EXPECT_EQ(co_await signals.wait(deadline_in(kLong)), SIGTERM);
        std::raise(SIGINT);
        EXPECT_EQ(co_await signals.wait(deadline_in(kLong)), SIGINT);
        EXPECT_EQ(co_await signals.wait(deadline_in(milliseconds(2))), std::nullopt);
    };
    run_task(check);
}

}  // namespace herald
