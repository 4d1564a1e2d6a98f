// The tasks that come with the clock, as data: the scheduler runs them when they are due, `herald task run NAME` at any
// time, `herald task list` shows them. Every one may run twice, at once in two processes, or be killed at any line.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
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
    const KeyRing* keys = nullptr;  // null where only tasks run that open nothing
    FoldProgress fold = {};
    ObjectStore* objects = nullptr;             // null where none is configured
    ObjectStore* contact_list_files = nullptr;  // the same
    seconds time_out = std::chrono::hours(72);  // delivery.time_out_hours
};

// What one run is told, decided once by whoever starts it: all its batches agree, and a run for a past day does that
// day's work.
struct TaskRun
{
    Instant now;         // in place of a clock; of a daily task the moment at which it was due on `date`
    LocalDate date;      // the local day that it is for
    std::int32_t batch;  // rows of one transaction, as the table says; 0: it has no batches
    Deadline deadline;   // the run is cut off there
};

// Every so often, or once a local day at a time on the clock.
struct TaskTime
{
    seconds period{0};
    std::optional<seconds> time_of_day;  // instead of the period

    [[nodiscard]] bool is_daily() const { return time_of_day.has_value(); }
    // Too often for a row of history each time (task_history.hpp).
    [[nodiscard]] bool is_frequent() const { return !is_daily() && period < seconds(60); }
    // Daily: when it is due on that day. A time that the clocks skip is due when they change, one that they show twice
    // the first time: each day has exactly one.
    [[nodiscard]] Instant due_on(LocalDate date, const TimeZone& zone) const;
    // Daily: the last day whose time has come by `now`.
    [[nodiscard]] LocalDate last_due_day(Instant now, const TimeZone& zone) const;
    // The first moment after `after`.
    [[nodiscard]] Instant next(Instant after, const TimeZone& zone) const;
    // "every 60 s", "daily at 00:30"
    [[nodiscard]] std::string to_string() const;
};

constexpr TaskTime every(seconds period)
{
    return {period, std::nullopt};
}

constexpr TaskTime daily_at(int hour, int minute, int second = 0)
{
    return {seconds(0), seconds((hour * 60 + minute) * 60 + second)};
}

inline constexpr std::size_t kMostAfter = 6;

// One row of the table. Order is `after`, never a gap between two times.
struct ScheduledTask
{
    std::string_view name;  // verb_noun; a metric label
    std::string_view help;  // one line
    TaskTime time;
    seconds timeout;  // a run is cut off there
    // How much was done, in the task's own unit (0: nothing to do).
    Task<std::int64_t> (*run)(TaskContext& context, const TaskRun& run);
    // Of a daily task: the daily tasks that must have succeeded for the same local day before it begins.
    std::array<std::string_view, kMostAfter> after{};
    std::int32_t batch = 0;  // rows of one transaction, where the task works in batches
    // When this process leads no more: what its gauges told of the whole is another's to tell. May be null.
    void (*stop_telling)() = nullptr;

    // Those of `after` that are named.
    [[nodiscard]] std::span<const std::string_view> waits_for() const;
};

std::span<const ScheduledTask> schedule();
// nullptr: no such task.
const ScheduledTask* find_scheduled_task(std::string_view name);

// One bare run as of `now`: cut off at its timeout, logged when it fails, counted (herald_scheduled_task_seconds).
// Neither exclusive nor recorded: task_runner.hpp is. Throws what the task throws; DeadlineExceeded at the timeout.
Task<std::int64_t> run_scheduled_task(const ScheduledTask& task, TaskContext& context, Instant now);
// The same for a day that is not `now`'s.
Task<std::int64_t> run_scheduled_task(const ScheduledTask& task, TaskContext& context, Instant now, LocalDate date);

}  // namespace herald
