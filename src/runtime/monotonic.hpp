// Monotonic time: what every deadline, pause and duration of the core goes by.
//
// monotonic_now() is the one place that asks for it, so that a test can put its own time in place of the machine's
// (runtime/virtual_time.hpp). Per thread; everything else of a thread goes by the machine's.
#pragma once

#include <chrono>

namespace herald
{

using Deadline = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace detail
{

// nullptr, except on a thread that has a VirtualTime.
extern constinit thread_local const Deadline* virtual_now;

}  // namespace detail

inline Deadline monotonic_now()
{
    if (detail::virtual_now != nullptr) [[unlikely]]
        return *detail::virtual_now;
    return std::chrono::steady_clock::now();
}

inline Deadline deadline_in(std::chrono::steady_clock::duration from_now)
{
    return monotonic_now() + from_now;
}

}  // namespace herald
