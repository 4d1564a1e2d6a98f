// Private to ops/tasks: dropping old partitions without holding others up.
#pragma once

#include "ops/tasks/tasks.hpp"
#include "storage/pg/database.hpp"

namespace herald::tasks
{

// Drops one partition a call of `drop` (its parameter is `date`; it answers `dropped`, null when there is none to drop,
// and gives up soon with lock_not_available) until none is left. How many. While a try waits for its lock everyone else
// waits behind it, so the pauses between tries grow.
Task<std::int64_t> drop_partitions(TaskContext& context, pg::Statement drop, LocalDate date, Deadline deadline);

}  // namespace herald::tasks
