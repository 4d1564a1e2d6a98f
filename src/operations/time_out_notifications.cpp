#include "operations/time_out_notifications.hpp"

#include "sql/queries.hpp"

namespace herald
{

Task<TimeOutCounts> time_out_notifications(pg::Database& database, TimeOutOrder order, Deadline deadline)
{
    TimeOutCounts counts;
    Instant after{};
    while (true)
    {
        auto params = pg::Params::of(order.cutoff, after, order.batch, order.now);
        const auto rows = co_await database.execute(sql::time_out_notifications, std::move(params), deadline);
        const auto taken = rows.get<std::int64_t>(0, "taken");
        counts.taken += taken;
        counts.timed_out += rows.get<std::int64_t>(0, "changed");
        counts.callbacks_owed += rows.get<std::int64_t>(0, "callbacks_owed");
        if (taken < order.batch) co_return counts;
        after = rows.get<Instant>(0, "last");
    }
}

}  // namespace herald
