#include "operations/archive_jobs.hpp"

#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> archive_jobs(TaskContext& context, const TaskRun& run)
{
    co_return co_await archive_past_jobs(context.database, context.objects, context.zone, run.date, run.now, run.batch,
                                         run.deadline);
}

}  // namespace herald::tasks
