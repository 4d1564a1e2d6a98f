#include "ops/tasks/drop_partitions.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

Task<std::int64_t> drop_callback_attempts(TaskContext& context, Instant now, Deadline deadline)
{
    constexpr std::chrono::days kKept(30);
    const LocalDate oldest(std::chrono::floor<std::chrono::days>(now) - kKept);
    const auto dropped = co_await drop_partitions(context, sql::drop_callback_attempts, oldest, deadline);
    co_await context.database.execute(sql::delete_callback_attempts, pg::Params::of(oldest), deadline);
    co_return dropped;
}

}  // namespace herald::tasks
