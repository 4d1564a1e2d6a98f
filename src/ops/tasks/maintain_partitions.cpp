#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> maintain_partitions(TaskContext& context, const TaskRun& run)
{
    auto params = pg::Params::of(run.date);
    const auto rows = co_await context.database.execute(sql::maintain_partitions, std::move(params), run.deadline);
    co_return rows.get<std::int32_t>(0, "made");
}

}  // namespace herald::tasks
