// The only place that starts a coroutine nobody awaits (co_spawn appears in runtime/ only).
//
// A TaskScope owns what it spawned: close() refuses new work and join() waits until the last one has ended. An
// exception that leaves a spawned task is logged with the task's name and counted (herald_task_failed_total); it does
// not end the process. Belongs to the loop of its executor.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string_view>
#include <type_traits>

#include "runtime/notifier.hpp"
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

    // Starts `task` on the scope's loop; it may have run up to its first wait when this returns.
    // False, and `task` is dropped unstarted, after close(). `name` must outlive the task (a literal).
    // `then` runs on the loop when the task has ended and is counted no more: from then on the scope may be destroyed.
    bool spawn(std::string_view name, Task<> task, std::function<void()> then = {});
    void close();
    [[nodiscard]] bool is_closed() const { return closed_; }
    // Cancels nothing: waits for the tasks to end by themselves. False when they did not by `deadline`.
    Task<bool> join(Deadline deadline);
    [[nodiscard]] std::size_t running() const { return running_; }

private:
    void ended(std::string_view name, const std::exception_ptr& failure);

    asio::any_io_executor executor_;
    std::size_t running_ = 0;
    bool closed_ = false;
    Notifier drained_;
};

// While one lives, scopes may be destroyed on this thread with tasks in them: a simulated process dies.
class AbandonedTasks
{
public:
    AbandonedTasks();
    ~AbandonedTasks();
    AbandonedTasks(const AbandonedTasks&) = delete;
    AbandonedTasks& operator=(const AbandonedTasks&) = delete;
};

// Runs `task` on a fresh io_context in this thread until it ends, and gives its value (or throws its exception). What
// else runs on that io_context by then is destroyed where it waits. For tests, the CLI's one-shot commands and main().
// Throws std::logic_error when the task waits for something that can no longer happen.
template <class T = void>
T run_task(std::type_identity_t<std::function<Task<T>()>> task);

}  // namespace herald

#include "runtime/task_scope_impl.hpp"
