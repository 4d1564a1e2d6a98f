#include "runtime/task_scope.hpp"

#include <boost/asio/co_spawn.hpp>

#include "base/log.hpp"
#include "runtime/failure.hpp"

namespace herald
{

namespace
{

thread_local int abandoned = 0;

}  // namespace

AbandonedTasks::AbandonedTasks()
{
    ++abandoned;
}

AbandonedTasks::~AbandonedTasks()
{
    --abandoned;
}

TaskScope::TaskScope(asio::any_io_executor executor) : executor_(std::move(executor)) {}

TaskScope::~TaskScope()
{
    if (running_ == 0 || abandoned > 0) return;
    log::error("a task scope was destroyed while its tasks were running", {{"tasks", running_}});
    log::flush(std::chrono::seconds(1));
    std::terminate();
}

bool TaskScope::spawn(std::string_view name, Task<> task, std::function<void()> then)
{
    if (closed_) return false;
    ++running_;
    const auto end = [this, name, then = std::move(then)](const std::exception_ptr& failure)
    {
        ended(name, failure);
        if (then) then();
    };
    asio::co_spawn(executor_, std::move(task), end);
    return true;
}

void TaskScope::ended(std::string_view name, const std::exception_ptr& failure)
{
    if (failure) report_failure(name, failure);
    if (--running_ == 0) drained_.notify_all();
}

void TaskScope::close()
{
    closed_ = true;
}

Task<bool> TaskScope::join(Deadline deadline)
{
    while (running_ > 0)
    {
        if (!co_await drained_.wait(deadline)) break;
    }
    co_return running_ == 0;
}

namespace detail
{

void run_to_end(const std::function<Task<>()>& task)
{
    asio::io_context context(1);
    bool has_ended = false;
    std::exception_ptr failure;
    const auto end = [&](const std::exception_ptr& thrown)
    {
        has_ended = true;
        failure = thrown;
        context.stop();
    };
    asio::co_spawn(context, task, end);
    context.run();
    if (!has_ended) throw std::logic_error("the task waits for something that can no longer happen");
    if (failure) std::rethrow_exception(failure);
}

}  // namespace detail

}  // namespace herald
