#include "operations/retention_rules.hpp"
#include "ops/tasks/in_batches.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> purge_lifted_suppressions(TaskContext& context, const TaskRun& run)
{
    return in_batches(context, sql::purge_lifted_suppressions, pg::Params::of(run.now - kLiftedSuppressionsKept), run);
}

}  // namespace herald::tasks
