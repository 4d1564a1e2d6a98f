#include "runtime/cpu_pool.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <future>

#include "runtime/loop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr seconds kLong{30};

Task<> add_one(CpuPool& pool, std::atomic<int>& count)
{
    const auto work = [&count]
    {
        ++count;
    };
    co_await pool.run(work);
}

}  // namespace

TEST(CpuPool, runs_elsewhere_and_comes_back)
{
    const auto check = []() -> Task<>
    {
        CpuPool pool(1, 10);
        const auto here = std::this_thread::get_id();
        const auto where = []
        {
            return std::this_thread::get_id();
        };
        EXPECT_NE(co_await pool.run(where), here);
        EXPECT_EQ(std::this_thread::get_id(), here);
        auto make = [of = std::make_unique<int>(4)]() mutable
        {
            return std::move(of);
        };
        const std::unique_ptr<int> moved = co_await pool.run(std::move(make));
        EXPECT_EQ(*moved, 4);
    };
    run_task(check);
}

TEST(CpuPool, passes_on_exceptions)
{
    const auto check = []() -> Task<>
    {
        CpuPool pool(1, 10);
        const auto fail = []() -> int
        {
            throw std::runtime_error("broken");
        };
        EXPECT_THROW(co_await pool.run(fail), std::runtime_error);
        const auto fail_void = []
        {
            throw std::runtime_error("broken");
        };
        EXPECT_THROW(co_await pool.run(fail_void), std::runtime_error);
    };
    run_task(check);
}

TEST(CpuPool, refuses_what_does_not_fit)
{
    CpuPool pool(1, 1);
    Loop loop("caller");
    loop.start();
    std::promise<void> begun;
    std::promise<void> gate;
    const auto block = [&]
    {
        begun.set_value();
        gate.get_future().get();
    };
    auto running = asio::co_spawn(loop.context(), pool.run(block), asio::use_future);
    begun.get_future().get();

    const auto quick = []
    {
        return 1;
    };
    auto waiting = asio::co_spawn(loop.context(), pool.run(quick), asio::use_future);
    auto refused = asio::co_spawn(loop.context(), pool.run(quick), asio::use_future);
    EXPECT_THROW(refused.get(), CpuPoolFull);
    gate.set_value();
    running.get();
    EXPECT_EQ(waiting.get(), 1);
}

TEST(CpuPool, serves_several_loops_at_once)
{
    constexpr int kEach = 500;
    std::atomic<int> count = 0;
    CpuPool pool(2, 4 * kEach);
    const auto many = [&]() -> Task<>
    {
        TaskScope scope(co_await asio::this_coro::executor);
        for (int i = 0; i < kEach; ++i) scope.spawn("add", add_one(pool, count));
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    std::thread other([&] { run_task(many); });
    run_task(many);
    other.join();
    EXPECT_EQ(count, 2 * kEach);
}

TEST(CpuPool, stop_ends_what_was_taken_and_refuses_the_rest)
{
    std::atomic<int> count = 0;
    CpuPool pool(1, 100);
    const auto check = [&]() -> Task<>
    {
        TaskScope scope(co_await asio::this_coro::executor);
        for (int i = 0; i < 50; ++i) scope.spawn("add", add_one(pool, count));
        co_await sleep_for(milliseconds(0));  // all have been handed over
        pool.stop();
        EXPECT_EQ(count, 50);
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        const auto late = []
        {
            return 1;
        };
        bool refused = false;
        try
        {
            co_await pool.run(late);
        }
        catch (const CpuPoolFull&)
        {
            refused = true;
        }
        EXPECT_TRUE(refused);
        pool.stop();
    };
    run_task(check);
}

TEST(CpuPool, may_be_stopped_after_its_callers_loop)
{
    std::atomic<bool> has_ended = false;
    std::promise<void> gate;
    Loop loop("gone");
    CpuPool pool(1, 10);
    std::promise<void> begun;
    const auto work = [&]
    {
        begun.set_value();
        gate.get_future().get();
        has_ended = true;
    };
    asio::co_spawn(loop.context(), pool.run(work), [](const std::exception_ptr&) {});
    loop.start();
    begun.get_future().get();
    loop.stop();
    gate.set_value();
    pool.stop();
    EXPECT_TRUE(has_ended);
}

}  // namespace herald
