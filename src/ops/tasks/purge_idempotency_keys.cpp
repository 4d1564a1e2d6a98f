#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

constexpr auto kKeptFor = std::chrono::hours(24);

}  // namespace

Task<std::int64_t> purge_idempotency_keys(TaskContext& context, const TaskRun& run)
{
    std::int64_t purged = 0;
    while (true)
    {
        auto params = pg::Params::of(run.now - kKeptFor, run.batch);
        const auto rows =
            co_await context.database.execute(sql::purge_idempotency_keys, std::move(params), run.deadline);
        purged += rows.affected();
        if (rows.affected() < run.batch) co_return purged;
    }
}

}  // namespace herald::tasks
