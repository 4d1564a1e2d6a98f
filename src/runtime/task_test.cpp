// The basics of waiting: sleep_until, with_deadline, Notifier, run_task.
#include "runtime/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include "runtime/deadline.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr seconds kLong{30};

Task<int> value_of(int value)
{
    co_return value;
}

Task<int> failing()
{
    throw std::runtime_error("broken");
    co_return 0;
}

// Move-only and without a default constructor.
struct Token
{
    explicit Token(int of) : value(std::make_unique<int>(of)) {}
    std::unique_ptr<int> value;
};

Task<Token> token()
{
    co_return Token(7);
}

// Says whether it was left, by whatever way.
struct Mark
{
    explicit Mark(bool& has_left) : left(&has_left) {}
    ~Mark() { *left = true; }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    bool* left;
};

Task<> wait_marked(bool& left)
{
    const Mark mark(left);
    co_await sleep_for(kLong);
}

Task<> note_wait(Notifier& notifier, Deadline deadline, std::string name, std::vector<std::string>& log)
{
    const bool notified = co_await notifier.wait(deadline);
    log.push_back(name + (notified ? " notified" : " timed out"));
}

}  // namespace

TEST(RunTask, gives_the_value_or_throws)
{
    EXPECT_EQ(run_task<int>([] { return value_of(3); }), 3);
    EXPECT_EQ(*run_task<Token>(token).value, 7);
    EXPECT_THROW(run_task<int>(failing), std::runtime_error);
    bool has_run = false;
    run_task(
        [&]() -> Task<>
        {
            has_run = true;
            co_return;
        });
    EXPECT_TRUE(has_run);
}

TEST(RunTask, destroys_what_else_is_waiting_when_the_task_has_ended)
{
    bool left = false;
    std::unique_ptr<TaskScope> scope;
    const auto leave_behind = [&]() -> Task<>
    {
        // Shows what asio does with a frame that nobody resumes; a TaskScope would rightly object to being destroyed.
        asio::co_spawn(co_await asio::this_coro::executor, wait_marked(left), [](const std::exception_ptr&) {});
        co_await sleep_for(milliseconds(1));
        EXPECT_FALSE(left);
    };
    run_task(leave_behind);
    EXPECT_TRUE(left);
}

TEST(RunTask, says_when_the_task_can_never_end)
{
    const auto stuck = []() -> Task<>
    {
        const auto forget = [](const auto&) {};
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(forget, asio::use_awaitable);
    };
    EXPECT_THROW(run_task(stuck), std::logic_error);
}

TEST(WithDeadline, gives_the_value_in_time)
{
    const auto check = []() -> Task<>
    {
        EXPECT_EQ(co_await with_deadline(value_of(5), deadline_in(kLong), "five"), 5);
        const Token kept = co_await with_deadline(token(), deadline_in(kLong), "token");
        EXPECT_EQ(*kept.value, 7);
        co_await with_deadline(sleep_for(milliseconds(0)), deadline_in(kLong), "sleep");
    };
    run_task(check);
}

TEST(WithDeadline, cancels_the_task_and_waits_for_its_end)
{
    bool left = false;
    const auto check = [&]() -> Task<>
    {
        std::string what;
        try
        {
            co_await with_deadline(wait_marked(left), deadline_in(milliseconds(5)), "the slow thing");
        }
        catch (const DeadlineExceeded& error)
        {
            EXPECT_TRUE(left);
            what = error.what();
        }
        EXPECT_EQ(what, "the slow thing");
    };
    run_task(check);
}

TEST(WithDeadline, passes_on_the_exception_of_the_task_at_once)
{
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THROW(run_task<int>([] { return with_deadline(failing(), deadline_in(kLong), "x"); }), std::runtime_error);
    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(10));
}

TEST(WithDeadline, does_not_start_after_the_deadline)
{
    bool has_started = false;
    const auto start = [&]() -> Task<>
    {
        has_started = true;
        co_return;
    };
    const auto late = std::chrono::steady_clock::now();
    EXPECT_THROW(run_task([&] { return with_deadline(start(), late, "late"); }), DeadlineExceeded);
    EXPECT_FALSE(has_started);
}

TEST(WithDeadline, nests_and_the_inner_end_is_seen_by_the_outer)
{
    const auto check = []() -> Task<>
    {
        Task<> inner = with_deadline(sleep_for(kLong), deadline_in(kLong), "inner");
        std::string what;
        try
        {
            co_await with_deadline(std::move(inner), deadline_in(milliseconds(5)), "outer");
        }
        catch (const DeadlineExceeded& error)
        {
            what = error.what();
        }
        EXPECT_EQ(what, "outer");
    };
    run_task(check);
}

TEST(Notifier, wakes_in_order_one_or_all)
{
    std::vector<std::string> log;
    const auto check = [&]() -> Task<>
    {
        Notifier notifier;
        TaskScope scope(co_await asio::this_coro::executor);
        notifier.notify_one();  // with nobody waiting it is lost
        for (const char* name : {"a", "b", "c", "d"})
            scope.spawn(name, note_wait(notifier, deadline_in(kLong), name, log));
        while (notifier.waiting() < 4) co_await sleep_for(milliseconds(1));
        notifier.notify_one();
        EXPECT_TRUE(log.empty());  // not inside the call
        EXPECT_EQ(notifier.waiting(), 3U);
        while (log.empty()) co_await sleep_for(milliseconds(1));
        notifier.notify_all();
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(check);
    EXPECT_THAT(log, testing::ElementsAre("a notified", "b notified", "c notified", "d notified"));
}

TEST(Notifier, times_out_and_forgets_the_waiter)
{
    const auto check = []() -> Task<>
    {
        Notifier notifier;
        EXPECT_FALSE(co_await notifier.wait(deadline_in(milliseconds(2))));
        EXPECT_FALSE(co_await notifier.wait(std::chrono::steady_clock::now()));
        EXPECT_EQ(notifier.waiting(), 0U);
    };
    run_task(check);
}

TEST(Notifier, wakes_its_waiters_with_false_when_it_is_destroyed)
{
    std::vector<std::string> log;
    const auto check = [&]() -> Task<>
    {
        auto notifier = std::make_unique<Notifier>();
        TaskScope scope(co_await asio::this_coro::executor);
        scope.spawn("a", note_wait(*notifier, deadline_in(kLong), "a", log));
        while (notifier->waiting() < 1) co_await sleep_for(milliseconds(1));
        notifier.reset();
        EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
    };
    run_task(check);
    EXPECT_THAT(log, testing::ElementsAre("a timed out"));
}

TEST(Notifier, may_be_destroyed_before_the_frames_that_wait_on_it)
{
    asio::io_context context(1);
    {
        Notifier notifier;
        asio::co_spawn(context, notifier.wait(deadline_in(kLong)), [](const std::exception_ptr&, bool) {});
        context.poll();
        EXPECT_EQ(notifier.waiting(), 1U);
    }
    SUCCEED();  // the frame is destroyed with the context
}

}  // namespace herald
