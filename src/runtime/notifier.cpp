#include "runtime/notifier.hpp"

#include <list>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/timer.hpp"

namespace herald
{

namespace
{

struct Waiter
{
    Timer timer;
    bool notified = false;
};

}  // namespace

struct Notifier::State
{
    // Each Waiter lives in the frame of its wait().
    std::list<Waiter*> waiters;
};

Notifier::Notifier() : state_(std::make_shared<State>()) {}

Notifier::~Notifier()
{
    for (Waiter* waiter : state_->waiters) waiter->timer.cancel();
}

Task<bool> Notifier::wait(Deadline deadline)
{
    // The frame keeps the state, not the Notifier: it may be destroyed with its loop, after the Notifier has gone.
    return wait_on(state_, deadline);
}

Task<bool> Notifier::wait_on(std::shared_ptr<State> state, Deadline deadline)
{
    const auto executor = co_await asio::this_coro::executor;
    Waiter waiter{Timer(executor, deadline)};
    const auto place = state->waiters.insert(state->waiters.end(), &waiter);
    const auto leave = [&waiter, place](State* from)
    {
        if (!waiter.notified) from->waiters.erase(place);
    };
    const std::unique_ptr<State, decltype(leave)> guard(state.get(), leave);
    boost::system::error_code ended_early;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, ended_early));
    co_return waiter.notified;
}

void Notifier::notify_one()
{
    if (state_->waiters.empty()) return;
    Waiter* waiter = state_->waiters.front();
    state_->waiters.pop_front();
    waiter->notified = true;
    waiter->timer.cancel();
}

void Notifier::notify_all()
{
    while (!state_->waiters.empty()) notify_one();
}

std::size_t Notifier::waiting() const
{
    return state_->waiters.size();
}

}  // namespace herald
