#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> maintain_partitions(TaskContext& context, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(context.zone.date_of(now));
    const auto rows = co_await context.database.execute(sql::maintain_partitions, std::move(params), deadline);
    co_return rows.get<std::int32_t>(0, "made");
}

}  // namespace herald::tasks
