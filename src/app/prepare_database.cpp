#include "app/prepare_database.hpp"

#include "app/options.hpp"
#include "operations/maintain_partitions.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

namespace
{

constexpr auto kConnectTimeout = seconds(10);
constexpr auto kMigrateTimeout = std::chrono::minutes(30);
constexpr auto kPartitionTimeout = seconds(60);

Task<Result<pg::MigrationReport>> prepare(const Settings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    auto options = database_options(settings, "migrate");
    options.connections = 1;
    pg::Database database(executor, std::move(options));
    co_await database.connect(deadline_in(kConnectTimeout));
    auto report = co_await pg::migrate(database, deadline_in(kMigrateTimeout));
    if (report)
    {
        const LocalDate today = TimeZone(settings.time_zone).date_of(SystemClock().now());
        co_await maintain_partitions(database, today, deadline_in(kPartitionTimeout));
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
