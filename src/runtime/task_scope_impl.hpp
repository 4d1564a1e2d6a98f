// The template half of task_scope.hpp; include that one.
#pragma once

#include <optional>

#include "runtime/task_scope.hpp"

namespace herald
{

namespace detail
{

void run_to_end(const std::function<Task<>()>& task);

template <class T>
Task<> keep_result(const std::function<Task<T>()>& task, std::optional<T>& result)
{
    result.emplace(co_await task());
}

}  // namespace detail

template <class T>
T run_task(std::type_identity_t<std::function<Task<T>()>> task)
{
    if constexpr (std::is_void_v<T>)
    {
        detail::run_to_end(task);
    }
    else
    {
        std::optional<T> result;
        detail::run_to_end([&task, &result] { return detail::keep_result<T>(task, result); });
        return std::move(*result);
    }
}

}  // namespace herald
