#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> purge_task_runs(TaskContext& context, const TaskRun& run)
{
    constexpr auto kKeptFor = std::chrono::hours(30 * 24);
    const Uuid before = uuid_v7_floor(run.now - kKeptFor);
    std::int64_t purged = 0;
    while (true)
    {
        auto params = pg::Params::of(before, run.batch);
        const auto rows = co_await context.database.execute(sql::purge_task_runs, std::move(params), run.deadline);
        purged += rows.affected();
        if (rows.affected() < run.batch) co_return purged;
    }
}

}  // namespace herald::tasks
