#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

// A lock that is not to be had fails the run: the next day's drops two.
Task<std::int64_t> drop_callback_attempts(TaskContext& context, Instant now, Deadline deadline)
{
    constexpr int kKeptDays = 30;
    const LocalDate oldest = add_days(TimeZone("UTC").date_of(now), -kKeptDays);
    std::int64_t dropped = 0;
    while (true)
    {
        auto params = pg::Params::of(oldest);
        const auto rows = co_await context.database.execute(sql::drop_callback_attempts, std::move(params), deadline);
        if (!rows.get<std::optional<std::string>>(0, "dropped")) break;
        ++dropped;
    }
    co_await context.database.execute(sql::delete_callback_attempts, pg::Params::of(oldest), deadline);
    co_return dropped;
}

}  // namespace herald::tasks
