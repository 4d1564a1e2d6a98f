#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

// For as long as somebody may ask who lifted it.
constexpr auto kKeptFor = std::chrono::hours(90 * 24);

}  // namespace

Task<std::int64_t> purge_lifted_suppressions(TaskContext& context, const TaskRun& run)
{
    std::int64_t purged = 0;
    while (true)
    {
        auto params = pg::Params::of(run.now - kKeptFor, run.batch);
        const auto rows =
            co_await context.database.execute(sql::purge_lifted_suppressions, std::move(params), run.deadline);
        purged += rows.affected();
        if (rows.affected() < run.batch) co_return purged;
    }
}

}  // namespace herald::tasks
