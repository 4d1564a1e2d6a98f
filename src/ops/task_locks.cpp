#include "ops/task_locks.hpp"

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

pg::DatabaseOptions one_connection(pg::DatabaseOptions options)
{
    options.connections = 1;
    return options;
}

}  // namespace

TaskLocks::TaskLocks(asio::any_io_executor executor, pg::DatabaseOptions database)
    : executor_(std::move(executor)),
      options_(one_connection(std::move(database))),
      database_(std::make_shared<pg::Database>(executor_, options_))
{
}

Task<bool> TaskLocks::try_lock(std::string_view task, Deadline deadline)
{
    const auto database = database_;  // another coroutine may start again meanwhile
    try
    {
        const auto rows = co_await database->execute(sql::try_task_lock, pg::Params::of(task), deadline);
        co_return rows.get<bool>(0, "locked");
    }
    catch (const std::runtime_error&)
    {
        if (database == database_) start_again();
        throw;
    }
}

Task<> TaskLocks::unlock(std::string_view task, Deadline deadline)
{
    const auto database = database_;
    try
    {
        co_await database->execute(sql::unlock_task, pg::Params::of(task), deadline);
    }
    catch (const std::runtime_error& failure)
    {
        log::warning("the lock of a scheduled task was lost", {{"task", task}, {"reason", failure.what()}});
        if (database == database_) start_again();
    }
}

void TaskLocks::start_again()
{
    database_->close();
    database_ = std::make_shared<pg::Database>(executor_, options_);
}

}  // namespace herald
