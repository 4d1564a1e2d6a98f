#include "runtime/deadline.hpp"

#include <array>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/timer.hpp"

namespace herald::detail
{

// wait_for_one and not awaitable_operators' ||: that one waits for the timer when the task throws, and loses the
// exception.
Task<> race_against(Task<> task, Deadline deadline, std::string what)
{
    if (monotonic_now() >= deadline) throw DeadlineExceeded(what);
    const auto executor = co_await asio::this_coro::executor;
    Timer timer(executor, deadline);
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(task), asio::deferred),
                                                         timer.async_wait(asio::deferred));
    const auto [order, failure, timer_error] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    constexpr std::size_t kTimer = 1;
    if (order[0] == kTimer && !timer_error) throw DeadlineExceeded(what);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace herald::detail
