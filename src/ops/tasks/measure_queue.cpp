#include <algorithm>
#include <limits>

#include <prometheus/gauge.h>

#include "base/metrics.hpp"
#include "domain/notifications/lane.hpp"
#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

const char* name_of(Lane lane)
{
    switch (lane)
    {
        case Lane::priority:
            return "priority";
        case Lane::normal:
            return "normal";
        case Lane::bulk:
            return "bulk";
        case Lane::test:
            return "test";
    }
    return "unknown";
}

prometheus::Gauge& depth_gauge(Lane lane)
{
    return metrics::gauge("herald_queue_depth", "Messages queued, up to 100000; told by the scheduler that leads",
                          {{"lane", name_of(lane)}});
}

prometheus::Gauge& age_gauge(Lane lane)
{
    return metrics::gauge("herald_queue_oldest_age_seconds", "Since the oldest queued message was accepted",
                          {{"lane", name_of(lane)}});
}

prometheus::Gauge& uncertain_gauge()
{
    return metrics::gauge("herald_queue_uncertain", "Messages that wait because an attempt may have gone out");
}

double age_of(const std::optional<Uuid>& oldest, Instant now)
{
    if (!oldest) return 0;
    return std::max(0.0, std::chrono::duration<double>(now - uuid_v7_time(*oldest)).count());
}

}  // namespace

Task<std::int64_t> measure_queue(TaskContext& context, const TaskRun& run)
{
    const auto rows = co_await context.database.execute(sql::measure_queue, pg::Params::of(kMostCounted), run.deadline);
    std::int64_t queued = 0;
    uncertain_gauge().Set(static_cast<double>(rows.get<std::int64_t>(0, "uncertain")));
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const auto lane = static_cast<Lane>(rows.get<std::int16_t>(i, "lane"));
        const auto depth = rows.get<std::int64_t>(i, "depth");
        queued += depth;
        depth_gauge(lane).Set(static_cast<double>(depth));
        age_gauge(lane).Set(age_of(rows.get<std::optional<Uuid>>(i, "oldest"), run.now));
    }
    co_return queued;
}

void stop_telling_queue()
{
    uncertain_gauge().Set(std::numeric_limits<double>::quiet_NaN());
    for (const Lane lane : {Lane::priority, Lane::normal, Lane::bulk, Lane::test})
    {
        depth_gauge(lane).Set(std::numeric_limits<double>::quiet_NaN());
        age_gauge(lane).Set(std::numeric_limits<double>::quiet_NaN());
    }
}

}  // namespace herald::tasks
