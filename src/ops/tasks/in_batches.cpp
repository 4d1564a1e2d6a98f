#include "ops/tasks/in_batches.hpp"

namespace herald::tasks
{

Task<std::int64_t> in_batches(TaskContext& context, pg::Statement statement, pg::Params first, const TaskRun& run)
{
    std::int64_t changed = 0;
    first.add(run.batch);
    while (true)
    {
        auto params = first;
        const auto rows = co_await context.database.execute(statement, std::move(params), run.deadline);
        changed += rows.affected();
        if (rows.affected() < run.batch) co_return changed;
    }
}

}  // namespace herald::tasks
