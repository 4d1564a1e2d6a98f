// One thread with one io_context. See runtime/task.hpp for the threading model.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>

#include "runtime/task.hpp"

namespace herald
{

class Loop
{
public:
    explicit Loop(std::string name);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();  // stop(); then coroutines that have not ended are destroyed where they wait, without running on

    void start();  // the thread begins to run
    // Thread-safe and idempotent. Nothing runs on the loop any more once it has returned, except when called on the
    // loop itself: then the handler that called it runs to its end. Join the TaskScopes first; what they own must not
    // be cut off in the middle.
    void stop();
    [[nodiscard]] asio::any_io_executor executor() { return context_.get_executor(); }
    [[nodiscard]] asio::io_context& context() { return context_; }
    // Runs `work` on this loop's thread. Thread-safe. An exception that leaves `work` is logged and counted
    // (herald_task_failed_total).
    void post(std::function<void()> work);

private:
    void run();

    std::string name_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::mutex thread_mutex_;  // start() and stop() come from any thread
    std::thread thread_;       // guarded by thread_mutex_
};

// A signal that may be raised from any thread and awaited on one loop. Raises coalesce: many before a wait wake it
// once.
class WakeUp
{
public:
    explicit WakeUp(asio::any_io_executor executor);
    void raise();  // thread-safe, cheap when already raised
    // Returns when raised since the last return, or at `deadline`. True when raised. One coroutine at a time waits.
    Task<bool> wait(Deadline deadline);

private:
    struct State;
    static Task<bool> wait_on(std::shared_ptr<State> state, Deadline deadline);
    std::shared_ptr<State> state_;
};

}  // namespace herald
