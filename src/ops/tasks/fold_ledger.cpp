#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

constexpr std::int32_t kBatch = 10'000;

}  // namespace

Task<std::int64_t> fold_ledger(TaskContext& context, Instant /*now*/, Deadline deadline)
{
    std::int64_t folded = 0;
    while (true)
    {
        const auto rows = co_await context.database.execute(sql::fold_ledger, pg::Params::of(kBatch), deadline);
        const auto batch = rows.get<std::int64_t>(0, "folded");
        folded += batch;
        if (batch < kBatch) co_return folded;
    }
}

}  // namespace herald::tasks
