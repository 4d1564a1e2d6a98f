#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

constexpr std::int32_t kBatch = 1'000;
// For as long as somebody may ask who lifted it.
constexpr auto kKeptFor = std::chrono::hours(90 * 24);

}  // namespace

Task<std::int64_t> purge_lifted_suppressions(TaskContext& context, Instant now, Deadline deadline)
{
    std::int64_t purged = 0;
    while (true)
    {
        auto params = pg::Params::of(now - kKeptFor, kBatch);
        const auto rows =
            co_await context.database.execute(sql::purge_lifted_suppressions, std::move(params), deadline);
        purged += rows.affected();
        if (rows.affected() < kBatch) co_return purged;
    }
}

}  // namespace herald::tasks
