#include "runtime/virtual_time.hpp"

#include <exception>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>

#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

thread_local VirtualTime* time_of_this_thread = nullptr;

}  // namespace

namespace detail
{

constinit thread_local const Deadline* virtual_now = nullptr;

}  // namespace detail

// Any moment but the epoch, which reads as "never" in places.
VirtualTime::VirtualTime() : now_(std::chrono::hours(1))
{
    if (time_of_this_thread != nullptr) throw std::logic_error("this thread has a virtual time already");
    time_of_this_thread = this;
    detail::virtual_now = &now_;
}

VirtualTime::~VirtualTime()
{
    detail::virtual_now = nullptr;
    time_of_this_thread = nullptr;
}

VirtualTime* VirtualTime::of_this_thread()
{
    return time_of_this_thread;
}

std::optional<Deadline> VirtualTime::next() const
{
    return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first.first);
}

void VirtualTime::move_to(Deadline time)
{
    if (time < now_) throw std::logic_error("time goes forward");
    now_ = time;
    while (!waiting_.empty() && waiting_.begin()->first.first <= now_)
    {
        const auto due = waiting_.extract(waiting_.begin());
        due.mapped()->end({});
    }
}

void VirtualTime::cancel(const Wait& wait)
{
    const auto found = waiting_.extract(wait);
    if (!found.empty()) found.mapped()->end(asio::error::operation_aborted);
}

void VirtualTime::forget(asio::execution_context& context)
{
    for (auto each = waiting_.begin(); each != waiting_.end();)
        each = &each->second->context() == &context ? waiting_.erase(each) : std::next(each);
}

bool VirtualLoop::run_one()
{
    if (context_.stopped()) context_.restart();
    return context_.poll_one() > 0;
}

void VirtualLoop::die()
{
    const AbandonedTasks abandoned;
    time_.forget(context_);
    context_.shutdown();
}

void run_virtual(const std::function<Task<>()>& task)
{
    VirtualTime time;
    VirtualLoop loop(time);
    bool has_ended = false;
    std::exception_ptr failure;
    const auto end = [&](const std::exception_ptr& thrown)
    {
        has_ended = true;
        failure = thrown;
    };
    asio::co_spawn(loop.executor(), task, end);
    while (!has_ended)
    {
        if (loop.run_one()) continue;
        const auto next = time.next();
        if (!next) throw std::logic_error("the task waits for something that can no longer happen");
        time.move_to(*next);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace herald
