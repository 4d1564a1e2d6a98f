#include "runtime/task.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/timer.hpp"

namespace herald
{

Task<> sleep_until(Deadline deadline)
{
    const auto executor = co_await asio::this_coro::executor;
    Timer timer(executor, deadline);
    boost::system::error_code ended_early;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended_early));
}

Task<> sleep_for(std::chrono::steady_clock::duration duration)
{
    return sleep_until(deadline_in(duration));
}

}  // namespace herald
