#include "runtime/stop.hpp"

#include <atomic>

#include <boost/asio/post.hpp>

#include "runtime/notifier.hpp"

namespace herald
{

namespace
{

// A notifier waits with a deadline; wait() has none.
constexpr std::chrono::hours kLongWait{1};

}  // namespace

struct StopToken::State
{
    explicit State(asio::any_io_executor on) : executor(std::move(on)) {}

    asio::any_io_executor executor;
    std::atomic<bool> requested = false;
    Notifier stopped;  // touched on the executor's loop only
};

bool StopToken::requested() const
{
    return state_->requested.load(std::memory_order_acquire);
}

Task<> StopToken::wait() const
{
    return wait_on(state_);
}

Task<bool> StopToken::wait_until(Deadline deadline) const
{
    return wait_on(state_, deadline);
}

Task<bool> StopToken::wait_for(std::chrono::steady_clock::duration duration) const
{
    return wait_on(state_, deadline_in(duration));
}

Task<> StopToken::wait_on(std::shared_ptr<State> state)
{
    while (!co_await wait_on(state, deadline_in(kLongWait)))
    {
    }
}

Task<bool> StopToken::wait_on(std::shared_ptr<State> state, Deadline deadline)
{
    // A request made after this check is posted to this loop, so it finds the waiter.
    if (!state->requested.load(std::memory_order_acquire)) co_await state->stopped.wait(deadline);
    co_return state->requested.load(std::memory_order_acquire);
}

StopSource::StopSource(asio::any_io_executor executor) : state_(std::make_shared<StopToken::State>(std::move(executor)))
{
}

void StopSource::request_stop()
{
    if (state_->requested.exchange(true, std::memory_order_acq_rel)) return;
    asio::post(state_->executor, [state = state_] { state->stopped.notify_all(); });
}

StopToken StopSource::token() const
{
    return StopToken(state_);
}

}  // namespace herald
