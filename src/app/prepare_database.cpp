#include "app/prepare_database.hpp"

#include "app/options.hpp"
#include "ops/schedule.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr auto kMigrateTimeout = std::chrono::minutes(30);

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
        co_await run_scheduled_task(*find_scheduled_task("maintain_partitions"), context, SystemClock().now());
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
