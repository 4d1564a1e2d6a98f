#include <algorithm>

#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

// Longer than a transaction that adds deltas may take.
constexpr auto kStragglers = std::chrono::minutes(1);
constexpr auto kEverythingEvery = std::chrono::minutes(10);

// Also after the clock was set back.
bool has_passed(std::chrono::minutes time, Instant since, Instant now)
{
    return now < since || now - since >= time;
}

std::int64_t where_to_begin(FoldProgress& progress, Instant now)
{
    if (has_passed(kStragglers, progress.moved_at, now))
    {
        progress.after = std::exchange(progress.next_after, progress.last);
        progress.moved_at = now;
    }
    if (!has_passed(kEverythingEvery, progress.looked_at_all, now)) return progress.after;
    progress.looked_at_all = now;
    return 0;
}

}  // namespace

Task<std::int64_t> fold_ledger(TaskContext& context, const TaskRun& run)
{
    std::int64_t folded = 0;
    std::int64_t after = where_to_begin(context.fold, run.now);
    while (true)
    {
        const auto rows =
            co_await context.database.execute(sql::fold_ledger, pg::Params::of(run.batch, after), run.deadline);
        const auto batch = rows.get<std::int64_t>(0, "folded");
        folded += batch;
        after = rows.get<std::optional<std::int64_t>>(0, "last").value_or(after);
        context.fold.last = std::max(context.fold.last, after);
        if (batch < run.batch) co_return folded;
    }
}

}  // namespace herald::tasks
