#include "ops/schedule.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <prometheus/histogram.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/wall_time.hpp"
#include "ops/tasks/tasks.hpp"
#include "runtime/deadline.hpp"

namespace herald
{

namespace
{

using std::chrono::hours;
using std::chrono::minutes;

// The longer a task may take, the rarer it is; each may run beside every other that it does not wait for.
constexpr std::array kSchedule{
    // All day long.
    ScheduledTask{.name = "fold_ledger",
                  .help = "sums the changes of the counts into the counts",
                  .time = every(seconds(2)),
                  .timeout = minutes(2),
                  .run = tasks::fold_ledger,
                  .batch = 10'000},
    ScheduledTask{.name = "suppress_recipients",
                  .help = "suppresses whom emails bounced from or who complained",
                  .time = every(seconds(2)),
                  .timeout = minutes(2),
                  .run = tasks::suppress_recipients},
    ScheduledTask{.name = "apply_retention",
                  .help = "carries changed retentions through what is stored",
                  .time = every(seconds(5)),
                  .timeout = minutes(10),
                  .run = tasks::apply_retention,
                  .batch = 2'000},
    ScheduledTask{.name = "measure_queue",
                  .help = "the queue's depth and age, for the metrics",
                  .time = every(seconds(15)),
                  .timeout = seconds(10),
                  .run = tasks::measure_queue,
                  .stop_telling = tasks::stop_telling_queue},
    ScheduledTask{.name = "measure_callbacks",
                  .help = "callbacks owed and endpoints paused, for the metrics",
                  .time = every(seconds(15)),
                  .timeout = seconds(10),
                  .run = tasks::measure_callbacks,
                  .stop_telling = tasks::stop_telling_callbacks},
    ScheduledTask{.name = "judge_providers",
                  .help = "measures how fast text messages arrive, moves priority away from slow providers",
                  .time = every(seconds(30)),
                  .timeout = seconds(10),
                  .run = tasks::judge_providers,
                  .stop_telling = tasks::stop_telling_speeds},
    ScheduledTask{.name = "time_out_notifications",
                  .help = "ends messages whose fate nobody has told for days",
                  .time = every(minutes(1)),
                  .timeout = minutes(5),
                  .run = tasks::time_out_notifications,
                  .batch = 5'000},
    ScheduledTask{.name = "restore_providers",
                  .help = "moves priorities of providers back towards their resting points",
                  .time = every(minutes(5)),
                  .timeout = seconds(30),
                  .run = tasks::restore_providers},
    ScheduledTask{.name = "remove_contact_list_files",
                  .help = "takes away the files that deleted contact lists have left",
                  .time = every(minutes(10)),
                  .timeout = minutes(5),
                  .run = tasks::remove_contact_list_files,
                  .batch = 100},
    ScheduledTask{.name = "requeue_notifications",
                  .help = "puts messages back that have fallen out of the queue",
                  .time = every(minutes(10)),
                  .timeout = minutes(2),
                  .run = tasks::requeue_notifications,
                  .batch = 1'000},
    ScheduledTask{.name = "maintain_partitions",
                  .help = "makes the partitions that the coming days and months need",
                  .time = every(hours(1)),
                  .timeout = minutes(2),
                  .run = tasks::maintain_partitions},
    ScheduledTask{.name = "check_ledger",
                  .help = "compares the counts with the messages, today's, yesterday's and an earlier day's",
                  .time = every(hours(1)),
                  .timeout = minutes(30),
                  .run = tasks::check_ledger,
                  .stop_telling = tasks::stop_telling_ledger_differences},
    ScheduledTask{.name = "purge_idempotency_keys",
                  .help = "forgets Idempotency-Keys after a day",
                  .time = every(hours(1)),
                  .timeout = minutes(5),
                  .run = tasks::purge_idempotency_keys,
                  .batch = 5'000},

    // Once a day.
    ScheduledTask{.name = "drop_purged_contents",
                  .help = "drops the personal data whose day has come, but for messages under way",
                  .time = daily_at(0, 0, 15),
                  .timeout = minutes(10),
                  .run = tasks::drop_purged_contents,
                  .batch = 2'000},
    ScheduledTask{.name = "drop_callback_attempts",
                  .help = "drops the days of the log of callbacks that are older than 30",
                  .time = daily_at(0, 5),
                  .timeout = minutes(5),
                  .run = tasks::drop_callback_attempts},
    ScheduledTask{.name = "drop_notification_events",
                  .help = "drops the days of what happened to messages that are older than 100",
                  .time = daily_at(0, 10),
                  .timeout = minutes(5),
                  .run = tasks::drop_notification_events,
                  .batch = 5'000},
    ScheduledTask{.name = "archive_jobs",
                  .help = "removes the files of jobs that are past their service's retention",
                  .time = daily_at(0, 15),
                  .timeout = hours(1),
                  .run = tasks::archive_jobs,
                  .batch = 200},
    ScheduledTask{.name = "purge_dead_secrets",
                  .help = "forgets the secrets of API keys that were revoked 30 days ago",
                  .time = daily_at(2, 45),
                  .timeout = minutes(5),
                  .run = tasks::purge_dead_secrets,
                  .batch = 1'000},
    ScheduledTask{.name = "purge_lifted_suppressions",
                  .help = "forgets suppressions that were lifted long ago",
                  .time = daily_at(3, 0),
                  .timeout = minutes(10),
                  .run = tasks::purge_lifted_suppressions,
                  .batch = 1'000},
    ScheduledTask{.name = "purge_task_runs",
                  .help = "forgets the runs of tasks of more than 30 days ago",
                  .time = daily_at(3, 30),
                  .timeout = minutes(5),
                  .run = tasks::purge_task_runs,
                  .batch = 5'000},
};

void observe(const ScheduledTask& task, const char* outcome, Deadline started)
{
    const std::chrono::duration<double> took = monotonic_now() - started;
    metrics::latency("herald_scheduled_task_seconds", "Runs of scheduled tasks, by outcome",
                     {{"task", std::string(task.name)}, {"outcome", outcome}})
        .Observe(took.count());
}

}  // namespace

Instant TaskTime::due_on(LocalDate date, const TimeZone& zone) const
{
    return at_wall_time(zone, date, *time_of_day);
}

LocalDate TaskTime::last_due_day(Instant now, const TimeZone& zone) const
{
    const LocalDate today = zone.date_of(now);
    return due_on(today, zone) <= now ? today : add_days(today, -1);
}

Instant TaskTime::next(Instant after, const TimeZone& zone) const
{
    return is_daily() ? due_on(add_days(last_due_day(after, zone), 1), zone) : after + period;
}

std::string TaskTime::to_string() const
{
    if (!is_daily()) return fmt::format("every {} s", period.count());
    const auto into_day = time_of_day->count();
    const auto minute = fmt::format("daily at {:02}:{:02}", into_day / 3600, into_day / 60 % 60);
    return into_day % 60 == 0 ? minute : fmt::format("{}:{:02}", minute, into_day % 60);
}

std::span<const std::string_view> ScheduledTask::waits_for() const
{
    return {after.begin(), std::ranges::find(after, std::string_view())};
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
    return run_scheduled_task(task, context, now, context.zone.date_of(now));
}

Task<std::int64_t> run_scheduled_task(const ScheduledTask& task, TaskContext& context, Instant now, LocalDate date)
{
    const auto started = monotonic_now();
    const TaskRun run{now, date, task.batch, deadline_in(task.timeout)};
    try
    {
        const auto done = co_await with_deadline(task.run(context, run), run.deadline, std::string(task.name));
        observe(task, "succeeded", started);
        if (done > 0) log::debug("a scheduled task has run", {{"task", task.name}, {"done", done}});
        co_return done;
    }
    catch (const DeadlineExceeded&)
    {
        observe(task, "timed_out", started);
        log::error("a scheduled task was cut off", {{"task", task.name}, {"seconds", task.timeout.count()}});
        throw;
    }
    catch (const std::exception& failure)
    {
        observe(task, "failed", started);
        log::error("a scheduled task failed", {{"task", task.name}, {"reason", failure.what()}});
        throw;
    }
}

}  // namespace herald
