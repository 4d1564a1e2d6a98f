// How everything that runs is told to stop.
#pragma once

#include <memory>

#include "runtime/task.hpp"

namespace herald
{

class StopSource;

// A cheap, copyable view of a StopSource. Belongs to the loop of its source; requested() alone is thread-safe.
class StopToken
{
public:
    [[nodiscard]] bool requested() const;
    // Sleeps until stop is requested.
    Task<> wait() const;
    // Sleeps until `deadline` or until stop is requested, whichever is first. True when stop was requested.
    Task<bool> wait_until(Deadline deadline) const;
    Task<bool> wait_for(std::chrono::steady_clock::duration duration) const;

private:
    friend class StopSource;
    struct State;
    explicit StopToken(std::shared_ptr<State> state) : state_(std::move(state)) {}
    static Task<> wait_on(std::shared_ptr<State> state);
    static Task<bool> wait_on(std::shared_ptr<State> state, Deadline deadline);
    std::shared_ptr<State> state_;
};

class StopSource
{
public:
    explicit StopSource(asio::any_io_executor executor);
    // Thread-safe and idempotent; wakes every waiter on the loop.
    void request_stop();
    [[nodiscard]] StopToken token() const;

private:
    std::shared_ptr<StopToken::State> state_;
};

}  // namespace herald
