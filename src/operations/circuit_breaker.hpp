// Keeps messages from a provider that takes none: after so many failures in a row nothing is offered to it for a while,
// then one message at a time, until one is taken.
//
// Pure: every moment is an argument. Belongs to one loop.
#pragma once

#include <algorithm>
#include <chrono>

#include "runtime/task.hpp"

namespace herald
{

struct BreakerOptions
{
    int failures_to_open = 10;  // in a row
    seconds rest{5};            // nothing is offered for so long; twice as long after each probe that failed
    seconds longest_rest{60};
};

enum class BreakerState
{
    closed,     // as many as there is room for
    open,       // none
    half_open,  // one, to see
};

class CircuitBreaker
{
public:
    explicit CircuitBreaker(BreakerOptions options) : options_(options), rest_(options.rest) {}

    [[nodiscard]] BreakerState state(Deadline now) const
    {
        if (!is_open_) return BreakerState::closed;
        return now < open_until_ ? BreakerState::open : BreakerState::half_open;
    }
    // When an open one lets the next probe through.
    [[nodiscard]] Deadline open_until() const { return open_until_; }

    // True when this changed whether it is open.
    bool succeeded()
    {
        failures_ = 0;
        rest_ = options_.rest;
        return std::exchange(is_open_, false);
    }
    bool failed(Deadline now)
    {
        if (state(now) == BreakerState::open) return false;  // of what was under way when it opened
        if (!is_open_ && ++failures_ < options_.failures_to_open) return false;
        if (is_open_) rest_ = std::min(rest_ * 2, options_.longest_rest);
        open_until_ = now + rest_;
        return !std::exchange(is_open_, true);
    }

private:
    BreakerOptions options_;
    int failures_ = 0;
    bool is_open_ = false;
    Deadline open_until_{};
    seconds rest_;
};

}  // namespace herald
