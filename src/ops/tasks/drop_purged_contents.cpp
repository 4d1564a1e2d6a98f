#include "base/log.hpp"
#include "ops/tasks/drop_partitions.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> drop_purged_contents(TaskContext& context, const TaskRun& run)
{
    const LocalDate today = run.date;
    const auto dropped = co_await drop_partitions(context, sql::drop_purged_contents, today, run.deadline);
    co_await context.database.execute(sql::delete_purged_contents, pg::Params::of(today), run.deadline);
    co_await context.database.execute(sql::delete_purged_receipts, pg::Params::of(today), run.deadline);
    co_await context.database.execute(sql::delete_purged_inbound_sms, pg::Params::of(today), run.deadline);
    if (dropped > 0) log::info("personal data was dropped", {{"days", dropped}});
    co_return dropped;
}

}  // namespace herald::tasks
