// All tasks at a glance: what `herald task list` shows.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ops/task_history.hpp"

namespace herald
{

struct TaskOverview
{
    const ScheduledTask* task = nullptr;
    Instant next_run{};             // not after now: it is due, or waits for those that it is `after`
    std::optional<TaskState> last;  // none: no scheduler has led since the task is there
    std::optional<RecordedRun> running;
};

// In the order of `tasks`, which outlive what is given.
Task<std::vector<TaskOverview>> overview_tasks(TaskHistory& history, std::span<const ScheduledTask> tasks,
                                               const TimeZone& zone, Instant now, Deadline deadline);

}  // namespace herald
