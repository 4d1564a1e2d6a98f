#include "runtime/failure.hpp"

#include <string>

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{

namespace
{

std::string describe(const std::exception_ptr& failure)
{
    try
    {
        std::rethrow_exception(failure);
    }
    catch (const std::exception& error)
    {
        return error.what();
    }
    catch (...)
    {
        return "an exception that is no std::exception";
    }
}

}  // namespace

void report_failure(std::string_view task, const std::exception_ptr& failure) noexcept
{
    const std::string reason = describe(failure);
    log::error("task failed", {{"task", task}, {"error", reason}});
    metrics::counter("herald_task_failed_total", "Tasks that ended with an exception", {{"task", std::string(task)}})
        .Increment();
}

}  // namespace herald
