// What happens to an exception that nobody is left to catch.
#pragma once

#include <exception>
#include <string_view>

namespace herald
{

// Logs the exception under the name of what failed and counts it (herald_task_failed_total{task}). Thread-safe.
// `task` must come from a fixed small set: it is a metric label.
void report_failure(std::string_view task, const std::exception_ptr& failure) noexcept;

}  // namespace herald
