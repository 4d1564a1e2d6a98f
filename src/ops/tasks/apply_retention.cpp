#include "operations/apply_retention.hpp"

#include "ops/tasks/tasks.hpp"

namespace herald::tasks
{

Task<std::int64_t> apply_retention(TaskContext& context, const TaskRun& run)
{
    co_return co_await apply_retention_changes(context.database, context.zone, run.now, run.batch, run.deadline);
}

}  // namespace herald::tasks
