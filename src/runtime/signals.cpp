#include "runtime/signals.hpp"

#include <csignal>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/deadline.hpp"

namespace herald
{

namespace
{

Task<> next_signal(asio::signal_set& signals, std::optional<int>& number)
{
    boost::system::error_code cancelled;
    const int received = co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (!cancelled) number = received;
}

}  // namespace

TerminationSignals::TerminationSignals(asio::any_io_executor executor) : signals_(executor, SIGINT, SIGTERM) {}

Task<std::optional<int>> TerminationSignals::wait(Deadline deadline)
{
    std::optional<int> number;
    try
    {
        co_await with_deadline(next_signal(signals_, number), deadline, "waiting for a signal");
    }
    catch (const DeadlineExceeded&)
    {
        // No signal came, unless it came together with the deadline.
    }
    co_return number;
}

}  // namespace herald
