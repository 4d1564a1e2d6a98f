#include <limits>

#include <prometheus/gauge.h>

#include "base/metrics.hpp"
#include "domain/services/callback.hpp"
#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

prometheus::Gauge& backlog_gauge(const std::string& type)
{
    return metrics::gauge("herald_callback_backlog", "Callbacks owed, up to 100000; told by the scheduler that leads",
                          {{"type", type}});
}

prometheus::Gauge& paused_gauge(const std::string& type)
{
    return metrics::gauge("herald_callback_paused_endpoints", "Endpoints of services that fail for long",
                          {{"type", type}});
}

}  // namespace

Task<std::int64_t> measure_callbacks(TaskContext& context, const TaskRun& run)
{
    auto params = pg::Params::of(kMostCounted, callback_type_names());
    const auto rows = co_await context.database.execute(sql::measure_callbacks, std::move(params), run.deadline);
    std::int64_t owed = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const auto type = rows.get<std::string>(i, "callback_type");
        const auto backlog = rows.get<std::int64_t>(i, "backlog");
        owed += backlog;
        backlog_gauge(type).Set(static_cast<double>(backlog));
        paused_gauge(type).Set(static_cast<double>(rows.get<std::int64_t>(i, "paused")));
    }
    co_return owed;
}

void stop_telling_callbacks()
{
    for (const auto& name : callback_type_names())
    {
        backlog_gauge(name).Set(std::numeric_limits<double>::quiet_NaN());
        paused_gauge(name).Set(std::numeric_limits<double>::quiet_NaN());
    }
}

}  // namespace herald::tasks
