#include "ops/schedule.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <prometheus/histogram.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "ops/tasks/tasks.hpp"

namespace herald
{

namespace
{

using std::chrono::hours;
using std::chrono::minutes;

constexpr TaskTime every(seconds period)
{
    return {period, std::nullopt};
}

constexpr TaskTime daily(seconds into_day)
{
    return {seconds(0), into_day};
}

// The longer a task may take, the rarer it is; each may run beside every other.
constexpr std::array kSchedule = {
    ScheduledTask{"maintain_partitions", "makes the partitions that the coming days and months need", every(hours(1)),
                  true, minutes(2), tasks::maintain_partitions},
    ScheduledTask{"fold_ledger", "sums the changes of the counts into the counts", every(seconds(2)), true, minutes(2),
                  tasks::fold_ledger},
    ScheduledTask{"measure_queue", "the queue's depth and age, for the metrics", every(seconds(15)), true, seconds(10),
                  tasks::measure_queue, tasks::stop_telling_queue},
    ScheduledTask{"measure_callbacks", "callbacks owed and endpoints paused, for the metrics", every(seconds(15)), true,
                  seconds(10), tasks::measure_callbacks, tasks::stop_telling_callbacks},
    ScheduledTask{"check_ledger", "compares the counts with the messages, today's, yesterday's and an earlier day's",
                  every(hours(1)), false, minutes(30), tasks::check_ledger, tasks::stop_telling_ledger_differences},
    ScheduledTask{"drop_purged_contents", "drops the personal data whose day has come", daily(seconds(15)), true,
                  minutes(10), tasks::drop_purged_contents},
    ScheduledTask{"restore_providers", "moves priorities of providers back towards their resting points",
                  every(minutes(5)), false, seconds(30), tasks::restore_providers},
    ScheduledTask{"drop_callback_attempts", "drops the days of the log of callbacks that are older than 30",
                  daily(minutes(5)), true, minutes(5), tasks::drop_callback_attempts},
    ScheduledTask{"purge_idempotency_keys", "forgets Idempotency-Keys after a day", every(hours(1)), true, minutes(5),
                  tasks::purge_idempotency_keys},
    ScheduledTask{"suppress_recipients", "suppresses whom emails bounced from or who complained", every(seconds(2)),
                  true, minutes(2), tasks::suppress_recipients},
    ScheduledTask{"remove_contact_list_files", "takes away the files that deleted contact lists have left",
                  every(minutes(10)), true, minutes(5), tasks::remove_contact_list_files},
    ScheduledTask{"purge_lifted_suppressions", "forgets suppressions that were lifted long ago", daily(hours(3)), true,
                  minutes(10), tasks::purge_lifted_suppressions},
};

void observe(const ScheduledTask& task, const char* outcome, std::chrono::steady_clock::time_point started)
{
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    metrics::latency("herald_scheduled_task_seconds", "Runs of scheduled tasks, by outcome",
                     {{"task", std::string(task.name)}, {"outcome", outcome}})
        .Observe(took.count());
}

}  // namespace

Instant TaskTime::next(Instant after, const TimeZone& zone) const
{
    if (!into_day) return after + period;
    LocalDate date = zone.date_of(after);
    while (zone.start_of(date) + *into_day <= after) date = add_days(date, 1);
    return zone.start_of(date) + *into_day;
}

std::span<const ScheduledTask> schedule()
{
    return kSchedule;
}

const ScheduledTask* find_scheduled_task(std::string_view name)
{
    const auto found = std::ranges::find(kSchedule, name, &ScheduledTask::name);
    return found == kSchedule.end() ? nullptr : &*found;
}

Task<std::int64_t> run_scheduled_task(const ScheduledTask& task, TaskContext& context, Instant now)
{
    const auto started = std::chrono::steady_clock::now();
    try
    {
        const auto done = co_await task.run(context, now, deadline_in(task.timeout));
        observe(task, "done", started);
        if (done > 0) log::debug("a scheduled task has run", {{"task", task.name}, {"done", done}});
        co_return done;
    }
    catch (const std::exception& failure)
    {
        observe(task, "failed", started);
        log::error("a scheduled task failed", {{"task", task.name}, {"reason", failure.what()}});
        throw;
    }
}

}  // namespace herald
