// One of many: at most one process at a time leads. An advisory lock of PostgreSQL decides, so there is
// nothing to expire and nothing to clean up: the lock goes with its connection. Belongs to one Loop.
//
// The lock lives on a connection of its own, in a transaction that is open while this process leads (it holds no
// snapshot, so it keeps no dead row alive).
#pragma once

#include <optional>

#include "storage/pg/database.hpp"

namespace herald
{

class Leader
{
public:
    // `database` says where; one connection is opened to it. Leaders with the same `lock` compete.
    Leader(asio::any_io_executor executor, pg::DatabaseOptions database, std::int64_t lock);

    // Whether this process leads, as of now: confirms the lock it has, or tries to get it. Does not wait for another to
    // give it up. Does not throw: without a database nobody leads.
    Task<bool> lead(Deadline deadline);
    // Another may lead at once.
    Task<> resign(Deadline deadline);

private:
    pg::Database database_;
    const std::int64_t lock_;
    std::optional<pg::Transaction> held_;
};

}  // namespace herald
