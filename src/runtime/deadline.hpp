// A deadline around any task.
#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "runtime/task.hpp"

namespace herald
{

namespace detail
{

// Throws DeadlineExceeded, or the task's own exception. Not a template, so that the parallel group is compiled once.
Task<> race_against(Task<> task, Deadline deadline, std::string what);

template <class T>
Task<> keep_value(Task<T> task, std::optional<T>& value)
{
    value.emplace(co_await std::move(task));
}

}  // namespace detail

// The value of `task`, or its exception, or DeadlineExceeded(what) once `deadline` has passed. The task is then
// cancelled and its end is awaited, so nothing of it runs on behind the caller; a task that ignores cancellation
// (CpuPool::run) holds the caller up until it ends. A deadline that has passed already throws without starting the
// task. `what` names the operation; no personal data.
template <class T>
Task<T> with_deadline(Task<T> task, Deadline deadline, std::string what)
{
    if constexpr (std::is_void_v<T>)
    {
        co_await detail::race_against(std::move(task), deadline, std::move(what));
    }
    else
    {
        std::optional<T> value;
        co_await detail::race_against(detail::keep_value(std::move(task), value), deadline, std::move(what));
        co_return std::move(*value);
    }
}

}  // namespace herald
