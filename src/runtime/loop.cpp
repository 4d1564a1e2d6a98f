#include "runtime/loop.hpp"

#include <pthread.h>

#include <atomic>

#include <boost/asio/post.hpp>

#include "runtime/failure.hpp"
#include "runtime/notifier.hpp"

namespace herald
{

Loop::Loop(std::string name) : name_(std::move(name)), guard_(context_.get_executor()) {}

Loop::~Loop()
{
    stop();
}

void Loop::start()
{
    const std::lock_guard lock(thread_mutex_);
    if (thread_.joinable()) return;
    thread_ = std::thread([this] { run(); });
}

void Loop::run()
{
    constexpr std::size_t kLongestThreadName = 15;  // Linux: 16 bytes with the NUL
    pthread_setname_np(pthread_self(), name_.substr(0, kLongestThreadName).c_str());
    for (;;)
    {
        try
        {
            context_.run();
            return;
        }
        catch (...)
        {
            // A task's exception ends in its TaskScope; this one left a posted function. The loop serves others too, so
            // it goes on.
            report_failure(name_, std::current_exception());
        }
    }
}

void Loop::stop()
{
    context_.stop();
    const std::lock_guard lock(thread_mutex_);
    if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void Loop::post(std::function<void()> work)
{
    asio::post(context_, std::move(work));
}

struct WakeUp::State
{
    explicit State(asio::any_io_executor on) : executor(std::move(on)) {}

    asio::any_io_executor executor;
    std::atomic<bool> raised = false;
    Notifier changed;  // touched on the executor's loop only
};

WakeUp::WakeUp(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

void WakeUp::raise()
{
    if (state_->raised.exchange(true, std::memory_order_acq_rel)) return;
    asio::post(state_->executor, [state = state_] { state->changed.notify_all(); });
}

Task<bool> WakeUp::wait(Deadline deadline)
{
    return wait_on(state_, deadline);
}

Task<bool> WakeUp::wait_on(std::shared_ptr<State> state, Deadline deadline)
{
    for (;;)
    {
        if (state->raised.exchange(false, std::memory_order_acq_rel)) co_return true;
        // Woken with nothing raised: the notification of a raise that an earlier wait has already taken.
        if (!co_await state->changed.wait(deadline))
        {
            co_return state->raised.exchange(false, std::memory_order_acq_rel);
        }
    }
}

}  // namespace herald
