#include "operations/retention_rules.hpp"
#include "ops/tasks/drop_partitions.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> drop_notification_events(TaskContext& context, const TaskRun& run)
{
    const LocalDate oldest(std::chrono::floor<std::chrono::days>(run.now) - kEventsKept);
    const auto dropped = co_await drop_partitions(context, sql::drop_notification_events, oldest, run.deadline);
    co_await context.database.execute(sql::delete_notification_events, pg::Params::of(oldest, run.batch), run.deadline);
    co_return dropped;
}

}  // namespace herald::tasks
