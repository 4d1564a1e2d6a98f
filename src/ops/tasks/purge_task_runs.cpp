#include "operations/retention_rules.hpp"
#include "ops/tasks/in_batches.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> purge_task_runs(TaskContext& context, const TaskRun& run)
{
    return in_batches(context, sql::purge_task_runs, pg::Params::of(uuid_v7_floor(run.now - kTaskRunsKept)), run);
}

}  // namespace herald::tasks
