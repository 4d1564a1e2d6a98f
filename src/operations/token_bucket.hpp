// So many a second, with one second's worth saved up at the most. Pure: every moment is an argument.
#pragma once

#include <algorithm>
#include <cmath>

#include "runtime/task.hpp"

namespace herald
{

class TokenBucket
{
public:
    // 0: without a limit.
    explicit TokenBucket(double per_second) : per_second_(per_second), tokens_(capacity()) {}

    [[nodiscard]] bool is_limited() const { return per_second_ > 0; }
    // Whole tokens. Only of a limited one.
    [[nodiscard]] std::size_t available(Deadline now)
    {
        refill(now);
        return tokens_ < 1 ? 0 : static_cast<std::size_t>(tokens_);
    }
    // May go below zero: what was taken too much is waited for.
    void take(Deadline now)
    {
        if (!is_limited()) return;
        refill(now);
        tokens_ -= 1;
    }
    // When there will be a whole one.
    [[nodiscard]] Deadline next(Deadline now)
    {
        refill(now);
        const std::chrono::duration<double> wait(std::max(0.0, (1 - tokens_) / per_second_));
        return now + std::chrono::ceil<milliseconds>(wait);
    }

private:
    [[nodiscard]] double capacity() const { return std::max(1.0, per_second_); }
    void refill(Deadline now)
    {
        if (now > at_)
        {
            // At its first use it is full.
            const std::chrono::duration<double> passed = now - at_;
            tokens_ = std::min(capacity(), tokens_ + (passed.count() * per_second_));
            at_ = now;
        }
    }

    double per_second_;
    double tokens_;
    Deadline at_{};
};

}  // namespace herald
