#include "ops/tasks/drop_partitions.hpp"

#include <algorithm>

namespace herald::tasks
{

namespace
{

// A backup holds the lock for as long as it takes.
constexpr auto kFirstPauseForLock = seconds(1);
constexpr auto kLongestPauseForLock = seconds(240);
constexpr std::string_view kLockNotAvailable = "55P03";

// Busy: somebody reads or writes the partitions just now.
enum class Drop
{
    done,
    none,
    busy,
};

Task<Drop> drop_one(TaskContext& context, pg::Statement drop, LocalDate date, Deadline deadline)
{
    try
    {
        const auto rows = co_await context.database.execute(drop, pg::Params::of(date), deadline);
        co_return rows.get<std::optional<std::string>>(0, "dropped") ? Drop::done : Drop::none;
    }
    catch (const pg::SqlError& refused)
    {
        if (refused.sqlstate != kLockNotAvailable) throw;
    }
    co_return Drop::busy;
}

}  // namespace

Task<std::int64_t> drop_partitions(TaskContext& context, pg::Statement drop, LocalDate date, Deadline deadline)
{
    std::int64_t dropped = 0;
    seconds pause = kFirstPauseForLock;
    while (true)
    {
        const auto outcome = co_await drop_one(context, drop, date, deadline);
        if (outcome == Drop::none) co_return dropped;
        if (outcome == Drop::done)
        {
            ++dropped;
            pause = kFirstPauseForLock;
            continue;
        }
        co_await sleep_until(std::min(deadline, deadline_in(pause)));
        pause = std::min(2 * pause, kLongestPauseForLock);
    }
}

}  // namespace herald::tasks
