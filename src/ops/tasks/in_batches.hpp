// Private to ops/tasks: rows that have no partition to go with.
#pragma once

#include "ops/tasks/tasks.hpp"
#include "storage/pg/database.hpp"

namespace herald::tasks
{

// Runs `statement` (its parameters are `first`, and behind them the most rows to change) until it changes less than a
// batch of the run. How many rows.
Task<std::int64_t> in_batches(TaskContext& context, pg::Statement statement, pg::Params first, const TaskRun& run);

}  // namespace herald::tasks
