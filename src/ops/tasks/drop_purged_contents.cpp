#include "base/log.hpp"
#include "operations/apply_retention.hpp"
#include "ops/tasks/drop_partitions.hpp"
#include "ops/tasks/in_batches.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> drop_purged_contents(TaskContext& context, const TaskRun& run)
{
    const auto held =
        co_await hold_unfinished_contents(context.database, context.zone, run.date, run.batch, run.deadline);
    if (held > 0) log::warning("messages are under way longer than their contents are kept", {{"messages", held}});
    const auto dropped = co_await drop_partitions(context, sql::drop_purged_contents, run.date, run.deadline);
    // What has no partition of its own.
    for (const auto& statement :
         {sql::delete_purged_contents, sql::delete_purged_receipts, sql::delete_purged_inbound_sms})
        co_await in_batches(context, statement, pg::Params::of(run.date), run);
    if (dropped > 0) log::info("personal data was dropped", {{"days", dropped}});
    co_return dropped;
}

}  // namespace herald::tasks
