#include "ops/leader.hpp"

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

Leader::Leader(asio::any_io_executor executor, pg::DatabaseOptions database, std::int64_t lock)
    : database_(std::move(executor), one_connection(std::move(database))), lock_(lock)
{
}

Task<bool> Leader::lead(Deadline deadline)
{
    const bool led = held_.has_value();
    bool leads = false;
    try
    {
        if (!held_) held_.emplace(co_await database_.begin(deadline));
        // Who has the lock gets it again.
        const auto rows = co_await held_->execute(sql::try_leadership, pg::Params::of(lock_), deadline);
        leads = rows.get<bool>(0, "leads");
    }
    catch (const std::runtime_error& failure)
    {
        if (led) log::warning("the leadership was lost", {{"reason", failure.what()}});
    }
    if (!leads) co_await resign(deadline);
    co_return leads;
}

Task<> Leader::resign(Deadline deadline)
{
    if (!held_) co_return;
    auto ending = std::move(*held_);
    held_.reset();
    try
    {
        co_await ending.rollback(deadline);
    }
    catch (const std::runtime_error&)
    {
        // The connection is gone, and the lock with it.
    }
}

}  // namespace herald
