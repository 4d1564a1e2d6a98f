// Which process runs a task: an advisory lock of PostgreSQL for each, so that the scheduler that leads and `herald task
// run` never run the same one at once. There is nothing to expire: the locks go with their connection.
//
// They live on a connection of their own, so that a leader whose leadership was lost still keeps its successor from the
// tasks that it has under way. A task whose lock was lost with that connection runs on; it may run twice
// (schedule.hpp). Belongs to one Loop.
#pragma once

#include <memory>
#include <string_view>

#include "storage/pg/database.hpp"

namespace herald
{

class TaskLocks
{
public:
    // `database` says where; one connection is opened to it when it is needed.
    TaskLocks(asio::any_io_executor executor, pg::DatabaseOptions database);

    // False: another process runs the task. Does not wait for it. Never call it for a task that this process runs:
    // it would get its lock again. Throws as Database::execute does.
    Task<bool> try_lock(std::string_view task, Deadline deadline);
    // Does not throw: a lock that cannot be given back goes with its connection.
    Task<> unlock(std::string_view task, Deadline deadline);

private:
    // What became of a lock is not known: lets go of all of them.
    void start_again();

    const asio::any_io_executor executor_;
    const pg::DatabaseOptions options_;
    std::shared_ptr<pg::Database> database_;
};

}  // namespace herald
