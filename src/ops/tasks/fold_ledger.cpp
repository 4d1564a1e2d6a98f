#include <algorithm>

#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

constexpr std::int32_t kBatch = 10'000;
// Longer than a transaction that adds deltas may take.
constexpr auto kStragglers = std::chrono::minutes(1);
constexpr auto kEverythingEvery = std::chrono::minutes(10);

std::int64_t where_to_begin(FoldProgress& progress, Instant now)
{
    if (now - progress.moved_at >= kStragglers)
    {
        progress.after = std::exchange(progress.next_after, progress.last);
        progress.moved_at = now;
    }
    if (now - progress.looked_at_all < kEverythingEvery) return progress.after;
    progress.looked_at_all = now;
    return 0;
}

}  // namespace

Task<std::int64_t> fold_ledger(TaskContext& context, Instant now, Deadline deadline)
{
    std::int64_t folded = 0;
    std::int64_t after = where_to_begin(context.fold, now);
    while (true)
    {
        const auto rows = co_await context.database.execute(sql::fold_ledger, pg::Params::of(kBatch, after), deadline);
        const auto batch = rows.get<std::int64_t>(0, "folded");
        folded += batch;
        after = rows.get<std::optional<std::int64_t>>(0, "last").value_or(after);
        context.fold.last = std::max(context.fold.last, after);
        if (batch < kBatch) co_return folded;
    }
}

}  // namespace herald::tasks
