#include "operations/retention_rules.hpp"
#include "ops/tasks/in_batches.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> purge_dead_secrets(TaskContext& context, const TaskRun& run)
{
    return in_batches(context, sql::purge_dead_secrets, pg::Params::of(run.now - kDeadSecretsKept), run);
}

}  // namespace herald::tasks
