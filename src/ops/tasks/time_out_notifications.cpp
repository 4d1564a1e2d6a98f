#include "operations/time_out_notifications.hpp"

#include <prometheus/counter.h>

#include "base/metrics.hpp"
#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> time_out_notifications(TaskContext& context, const TaskRun& run)
{
    static auto& timed_out = metrics::counter("herald_notifications_timed_out_total",
                                              "Messages that became temporary-failure because nobody told their fate");
    const TimeOutOrder order{run.now - context.time_out, run.batch, run.now};
    const auto counts = co_await herald::time_out_notifications(context.database, order, run.deadline);
    timed_out.Increment(static_cast<double>(counts.timed_out));
    co_return counts.taken;
}

}  // namespace herald::tasks
