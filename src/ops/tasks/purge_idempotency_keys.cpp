#include "operations/retention_rules.hpp"
#include "ops/tasks/in_batches.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> purge_idempotency_keys(TaskContext& context, const TaskRun& run)
{
    return in_batches(context, sql::purge_idempotency_keys, pg::Params::of(run.now - kIdempotencyKeysKept), run);
}

}  // namespace herald::tasks
