// Coroutines and deadlines.
//
// Threading model of Herald: a Loop is one thread that runs one io_context, and every object belongs to one Loop unless
// its header says it is thread-safe. So there are no locks on the hot path. To use more cores, more Loops (or
// processes) run side by side.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "runtime/monotonic.hpp"

namespace herald
{

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

// An awaited operation did not finish by its deadline. Its effects on the other side are unknown.
class DeadlineExceeded : public std::runtime_error
{
public:
    explicit DeadlineExceeded(const std::string& what) : std::runtime_error(what) {}
};

// Wait on the loop, not on the thread. Ends early, without error, when the coroutine is cancelled.
Task<> sleep_until(Deadline deadline);
Task<> sleep_for(std::chrono::steady_clock::duration duration);

}  // namespace herald
