// The only place that starts a coroutine nobody awaits (co_spawn appears in runtime/ only).
//
// A TaskScope owns what it spawned: close() refuses new work and join() waits until the last one has ended. An exception that leaves a
// spawned task is logged with the task's name and counted (herald_task_failed_total); it does not end the process.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string_view>

#include "runtime/task.hpp"

namespace herald
{

class TaskScope
{
public:
    explicit TaskScope(asio::any_io_executor executor);
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;
    ~TaskScope();  // std::terminate when tasks are still running: join() first

    // Starts `task` on the scope's loop. False, and `task` is dropped unstarted, after close().
    // `name` must outlive the task (a literal).
    bool spawn(std::string_view name, Task<> task);
    void close();
    // Cancels nothing: waits for the tasks to end by themselves. False when they did not by `deadline`.
    Task<bool> join(Deadline deadline);
    [[nodiscard]] std::size_t running() const { return running_; }

private:
    asio::any_io_executor executor_;
    std::size_t running_ = 0;
    bool closed_ = false;
    asio::steady_timer drained_;
};

// Runs `task` on a fresh io_context in this thread until it ends, and gives its value (or throws its exception).
// For tests, the CLI's one-shot commands and main().
template <class T>
T run_task(std::function<Task<T>()> task);

}  // namespace herald

#include "runtime/task_scope_impl.hpp"
