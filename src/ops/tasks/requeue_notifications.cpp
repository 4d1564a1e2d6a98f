#include "operations/requeue_notifications.hpp"

#include <prometheus/counter.h>

#include "base/metrics.hpp"
#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> requeue_notifications(TaskContext& context, const TaskRun& run)
{
    static auto& counter =
        metrics::counter("herald_notifications_requeued_total", "Messages that had fallen out of the queue");
    RequeueOrder order;
    order.last = context.zone.date_of(run.now);
    order.batch = run.batch;
    order.now = run.now;
    const auto requeued = co_await herald::requeue_notifications(context.database, context.zone, order, run.deadline);
    counter.Increment(static_cast<double>(requeued));
    co_return requeued;
}

}  // namespace herald::tasks
