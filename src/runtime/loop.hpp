// One thread with one io_context. See runtime/task.hpp for the threading model.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "runtime/task.hpp"

namespace herald
{

class Loop
{
public:
    explicit Loop(std::string name);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();  // stop() and join

    void start();  // the thread begins to run
    void stop();   // thread-safe; outstanding coroutines are destroyed
    [[nodiscard]] asio::any_io_executor executor() { return context_.get_executor(); }
    [[nodiscard]] asio::io_context& context() { return context_; }
    // Runs `work` on this loop's thread. Thread-safe.
    void post(std::function<void()> work);

private:
    std::string name_;
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::thread thread_;
};

// A signal that may be raised from any thread and awaited on one loop. Raises coalesce: many before a wait wake it once.
class WakeUp
{
public:
    explicit WakeUp(asio::any_io_executor executor);
    void raise();  // thread-safe, cheap when already raised
    // Returns when raised since the last return, or at `deadline`. True when raised.
    Task<bool> wait(Deadline deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace herald
