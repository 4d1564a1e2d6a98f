#include "operations/change_horizon.hpp"

#include <array>
#include <memory>

#include <prometheus/gauge.h>

#include "base/metrics.hpp"

namespace herald
{

namespace
{

// What runs at any moment is over in a few milliseconds, unless it is a migration, an import or a forgotten session.
constexpr std::array kPauses = {milliseconds(0), milliseconds(3), milliseconds(8), milliseconds(20), milliseconds(50)};
constexpr auto kIsLong = seconds(1);

}  // namespace

ChangeHorizon::ChangeHorizon(ChangeStore& store)
    : store_(store),
      lag_(metrics::gauge("herald_change_feed_lag_seconds",
                          "how long changes have been held back from the change feed by a transaction that runs"))
{
}

Task<ChangeState> ChangeHorizon::current(Deadline deadline)
{
    if (state_ && monotonic_now() - found_out_at_ < kFresh) co_return *state_;
    co_return co_await newest(deadline);
}

Task<ChangeState> ChangeHorizon::newest(Deadline deadline)
{
    const Deadline asked_at = monotonic_now();
    while (finding_out_)
    {
        if (!co_await found_out_.wait(deadline)) throw DeadlineExceeded("the horizon of the change feed");
        if (state_ && found_out_at_ >= asked_at) co_return *state_;
    }
    finding_out_ = true;
    const auto done = [this](void*)
    {
        finding_out_ = false;
        found_out_.notify_all();
    };
    const std::unique_ptr<void, decltype(done)> guard(this, done);
    const Deadline before = monotonic_now();
    ChangeState state = co_await find_out(deadline);
    found_out_at_ = before;
    const auto held_back =
        state.is_complete() ? std::chrono::microseconds(0) : state.at - state.waiting_since.value_or(state.at);
    lag_.Set(std::chrono::duration<double>(held_back).count());
    state_ = state;
    co_return state;
}

Task<ChangeState> ChangeHorizon::find_out(Deadline deadline)
{
    ChangeState state = co_await store_.state(deadline);
    if (state.is_complete()) co_return state;
    const std::int64_t wanted = state.drawn;
    if (state.marked.value_or(0) < wanted) co_await store_.mark(state, deadline);
    if (state.waiting_since && state.at - *state.waiting_since > kIsLong) co_return state;
    for (const auto pause : kPauses)
    {
        if (pause > milliseconds(0)) co_await sleep_for(pause);
        state = co_await store_.state(deadline);
        if (state.settled.value_or(0) >= wanted) break;
    }
    co_return state;
}

}  // namespace herald
