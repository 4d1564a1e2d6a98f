#include <algorithm>

#include "base/log.hpp"
#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

// While a try waits for its lock, everyone else waits behind it; a backup holds the lock for as long as it takes.
constexpr auto kFirstPauseForLock = seconds(1);
constexpr auto kLongestPauseForLock = seconds(240);
constexpr std::string_view kLockNotAvailable = "55P03";

// Drops one partition, if there is one to drop. Busy: somebody reads or writes contents just now.
enum class Drop
{
    done,
    none,
    busy,
};

Task<Drop> drop_one(TaskContext& context, LocalDate today, Deadline deadline)
{
    try
    {
        const auto rows = co_await context.database.execute(sql::drop_purged_contents, pg::Params::of(today), deadline);
        co_return rows.get<std::optional<std::string>>(0, "dropped") ? Drop::done : Drop::none;
    }
    catch (const pg::SqlError& refused)
    {
        if (refused.sqlstate != kLockNotAvailable) throw;
    }
    co_return Drop::busy;
}

}  // namespace

Task<std::int64_t> drop_purged_contents(TaskContext& context, Instant now, Deadline deadline)
{
    const LocalDate today = context.zone.date_of(now);
    std::int64_t dropped = 0;
    seconds pause = kFirstPauseForLock;
    while (true)
    {
        const auto drop = co_await drop_one(context, today, deadline);
        if (drop == Drop::none) break;
        if (drop == Drop::done)
        {
            ++dropped;
            pause = kFirstPauseForLock;
            continue;
        }
        co_await sleep_until(std::min(deadline, deadline_in(pause)));
        pause = std::min(2 * pause, kLongestPauseForLock);
    }
    co_await context.database.execute(sql::delete_purged_contents, pg::Params::of(today), deadline);
    co_await context.database.execute(sql::delete_purged_receipts, pg::Params::of(today), deadline);
    co_await context.database.execute(sql::delete_purged_inbound_sms, pg::Params::of(today), deadline);
    if (dropped > 0) log::info("personal data was dropped", {{"days", dropped}});
    co_return dropped;
}

}  // namespace herald::tasks
