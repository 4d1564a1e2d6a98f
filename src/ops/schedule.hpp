// The tasks that come with the clock, as data: the scheduler runs them when they are due, `herald task run NAME` at any
// time, `herald task list` shows them. Every one may run twice, at once in two processes, or be killed at any line.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "runtime/stop.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class ObjectStore;  // objects/object_store.hpp

// How far fold_ledger has come in this process. Ids do not become visible in their order, so that it looks again at
// what came in during the last minutes, and rarely at everything.
struct FoldProgress
{
    std::int64_t after = 0;  // ids from there on are looked at
    std::int64_t next_after = 0;
    std::int64_t last = 0;  // the highest that was folded
    Instant moved_at{};
    Instant looked_at_all{};
};

// What a task works with.
struct TaskContext
{
    pg::Database& database;
    const TimeZone& zone;
    const KeyRing* keys = nullptr;              // null where only tasks run that open nothing
    ObjectStore* contact_list_files = nullptr;  // null where there is no place for files
    FoldProgress fold = {};
};

// Every so often, or once a local day.
struct TaskTime
{
    seconds period{0};
    std::optional<seconds> into_day;  // instead of the period: so long after the local day has begun

    // The first moment after `after`.
    [[nodiscard]] Instant next(Instant after, const TimeZone& zone) const;
};

struct ScheduledTask
{
    std::string_view name;  // verb_noun; a metric label
    std::string_view help;  // one line
    TaskTime time;
    bool at_start;    // also when a scheduler begins to lead
    seconds timeout;  // a run is cut off there
    // How much was done, in the task's own unit (0: nothing to do). `now` decides everything that depends on time.
    Task<std::int64_t> (*run)(TaskContext& context, Instant now, Deadline deadline);
    // When this process leads no more: what its gauges told of the whole is another's to tell. May be null.
    void (*stop_telling)() = nullptr;
};

std::span<const ScheduledTask> schedule();
// nullptr: no such task.
const ScheduledTask* find_scheduled_task(std::string_view name);

// One run: limits, logs and counts it (herald_scheduled_task_seconds). Throws what the task throws.
Task<std::int64_t> run_scheduled_task(const ScheduledTask& task, TaskContext& context, Instant now);

}  // namespace herald
