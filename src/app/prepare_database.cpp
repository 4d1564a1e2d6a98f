#include "app/prepare_database.hpp"

#include "app/options.hpp"
#include "ops/schedule.hpp"
#include "ops/task_locks.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr auto kMigrateTimeout = std::chrono::minutes(30);
constexpr auto kPartitionsTimeout = std::chrono::minutes(5);
constexpr auto kLockPause = milliseconds(50);

// One process at a time: the partitions' own lock is not waited for.
Task<> maintain_partitions(const Settings& settings, TaskContext context)
{
    const auto& task = *find_scheduled_task("maintain_partitions");
    TaskLocks locks(co_await asio::this_coro::executor, database_options(settings, "migrate", 1));
    const auto deadline = deadline_in(kPartitionsTimeout);
    while (!co_await locks.try_lock(task.name, deadline)) co_await sleep_until(deadline_in(kLockPause));
    co_await run_scheduled_task(task, context, SystemClock().now());
    co_await locks.unlock(task.name, deadline);
}

Task<Result<pg::MigrationReport>> prepare(const Settings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    pg::Database database(executor, database_options(settings, "migrate", 1));
    co_await database.connect(deadline_in(kConnectTimeout));
    auto report = co_await pg::migrate(database, deadline_in(kMigrateTimeout));
    if (report)
    {
        const TimeZone zone(settings.time_zone);
        TaskContext context{database, zone};
        co_await maintain_partitions(settings, context);
    }
    database.close();
    co_return report;
}

}  // namespace

Result<pg::MigrationReport> prepare_database(const Settings& settings)
{
    try
    {
        return run_task<Result<pg::MigrationReport>>([&settings] { return prepare(settings); });
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable, std::string("the database could not be prepared: ") + failure.what());
    }
}

}  // namespace herald
