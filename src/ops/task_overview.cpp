#include "ops/task_overview.hpp"

#include <algorithm>

#include "ops/task_days.hpp"

namespace herald
{

namespace
{

Instant next_run_of(const ScheduledTask& task, const std::optional<TaskState>& last, const TaskDays& days,
                    const TimeZone& zone, Instant now)
{
    if (task.time.is_daily())
    {
        const auto missing = days.missing(task.name, task.time.last_due_day(now, zone));
        return missing.empty() ? task.time.next(now, zone) : task.time.due_on(missing.front(), zone);
    }
    return last && last->started_at ? *last->started_at + task.time.period : now;
}

template <class Record>
std::optional<Record> find_of_task(const std::vector<Record>& records, std::string_view task)
{
    const auto found = std::ranges::find(records, task, &Record::task);
    return found == records.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

Task<std::vector<TaskOverview>> overview_tasks(TaskHistory& history, std::span<const ScheduledTask> tasks,
                                               const TimeZone& zone, Instant now, Deadline deadline)
{
    const auto states = co_await history.states(deadline);
    const auto running = co_await history.running(deadline);
    const LocalDate first = add_days(zone.date_of(now), -kDaysMadeUp - 1);
    const auto settled = co_await history.settled_days(first, deadline);
    TaskDays days;
    for (const auto& state : states) days.know(state.task, state.since);
    for (const auto& [task, dates] : settled)
        for (const auto date : dates) days.settle(task, date);

    std::vector<TaskOverview> overview;
    for (const auto& task : tasks)
    {
        TaskOverview row;
        row.task = &task;
        row.last = find_of_task(states, task.name);
        row.running = find_of_task(running, task.name);
        row.next_run = next_run_of(task, row.last, days, zone, now);
        overview.push_back(std::move(row));
    }
    co_return overview;
}

}  // namespace herald
