// Records what has happened outside already: a hand-off to a provider, a callback to a service. Forgotten, it would
// happen again, so a batch is offered to the database until there is an answer. What is recorded must bear repetition
// (fences, final states): a commit whose answer was lost is made again.
#pragma once

#include <functional>
#include <vector>

#include "runtime/task.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

// The longest that one waits for the record of its result. A lease has to last through it.
inline constexpr seconds kRecordTimeout{25};

struct RecordOptions
{
    milliseconds commit_timeout{20000};
    // While the database is away, or answers nothing. After the lease others may take over, once it is back.
    seconds keep_trying{120};
};

enum class Recorded
{
    yes,
    refused,  // this row alone cannot be taken
};

// For GroupCommit: one outcome for each of `size` rows, or none when a row among several is at fault. `commit` is
// called again after Unavailable and DeadlineExceeded, until options.keep_trying is over or `scope` is closed (the
// process drains), and a few times when another transaction was in the way. Throws what ended the last try.
Task<std::vector<Recorded>> record_batch(const TaskScope& scope, RecordOptions options, std::size_t size,
                                         std::function<Task<>(Deadline)> commit);

}  // namespace herald
