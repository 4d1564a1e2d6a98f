#include "ops/scheduler.hpp"

#include <algorithm>
#include <limits>

#include <prometheus/gauge.h>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{

namespace
{

// A task that failed does not wait for tomorrow.
constexpr auto kRetryAfter = std::chrono::minutes(5);
// Another process runs it: by hand, or it led before.
constexpr auto kBusyPause = seconds(5);
constexpr double kNotTold = std::numeric_limits<double>::quiet_NaN();

prometheus::Gauge& success_gauge(const ScheduledTask& task)
{
    return metrics::gauge("herald_scheduled_task_last_success_timestamp",
                          "When each task last succeeded, in seconds since 1970; told by the scheduler that leads",
                          {{"task", std::string(task.name)}});
}

prometheus::Gauge& overdue_gauge(const ScheduledTask& task)
{
    return metrics::gauge("herald_scheduled_task_overdue_seconds",
                          "Since each task was due, while it has not succeeded; told by the scheduler that leads",
                          {{"task", std::string(task.name)}});
}

double as_seconds(std::chrono::microseconds time)
{
    return std::chrono::duration<double>(time).count();
}

}  // namespace

Scheduler::Scheduler(asio::any_io_executor executor, Leader& leader, TaskRunner& runner, const Clock& clock,
                     std::span<const ScheduledTask> tasks, Options options)
    : leader_(leader),
      runner_(runner),
      zone_(runner.context().zone),
      clock_(clock),
      options_(options),
      leads_gauge_(metrics::gauge("herald_scheduler_leads", "1 in the process that runs the scheduled tasks")),
      scope_(std::move(executor))
{
    for (const auto& task : tasks) entries_.push_back(Entry{&task});
}

Task<> Scheduler::run(StopToken stop)
{
    Deadline ask_at{};
    while (!stop.requested())
    {
        if (monotonic_now() >= ask_at)
        {
            co_await lead();
            ask_at = deadline_in(options_.stand_by);
        }
        if (leads_) start_due();
        co_await stop.wait_for(options_.tick);
    }
    while (!co_await scope_.join(deadline_in(options_.stand_by)))
    {
        // Every task has its timeout.
    }
    co_await leader_.resign(deadline_in(options_.lock_timeout));
    leads_gauge_.Set(0);
    if (leads_) stop_telling();
    leads_ = false;
}

Task<SchedulerCounts> Scheduler::run_once()
{
    SchedulerCounts counts;
    counts.leads = co_await lead();
    if (!counts.leads) co_return counts;
    const Instant now = clock_.now();
    for (auto& entry : entries_)
    {
        while (const auto request = due(entry, now))
        {
            const auto report = co_await run_entry(entry, *request);
            if (report.start == RunReport::Start::ran) ++(report.succeeded() ? counts.ran : counts.failed);
            if (!entry.task->time.is_daily()) break;
        }
    }
    tell(now);
    co_return counts;
}

Task<bool> Scheduler::lead()
{
    const bool led = leads_;
    leads_ = co_await leader_.lead(deadline_in(options_.lock_timeout));
    leads_gauge_.Set(leads_ ? 1 : 0);
    if (leads_ != led)
    {
        log::info(leads_ ? "this process runs the scheduled tasks" : "another process may run the scheduled tasks");
        knows_ = false;
        if (!leads_) stop_telling();
    }
    if (!leads_) co_return false;
    if (!knows_)
        knows_ = co_await learn();
    else if (owes_days(clock_.now()))
        co_await learn_days();
    if (knows_) tell(clock_.now());
    co_return leads_;
}

Task<bool> Scheduler::learn()
{
    const Instant now = clock_.now();
    std::map<std::string, LocalDate> since;
    for (const auto& entry : entries_)
    {
        const auto& time = entry.task->time;
        since[std::string(entry.task->name)] = time.is_daily() ? time.last_due_day(now, zone_) : zone_.date_of(now);
    }
    try
    {
        const auto deadline = deadline_in(options_.lock_timeout);
        co_await runner_.history().make_known(since, deadline);
        for (const auto& state : co_await runner_.history().states(deadline))
        {
            const auto found = std::ranges::find(entries_, state.task, [](const Entry& e) { return e.task->name; });
            if (found == entries_.end()) continue;
            const auto period = found->task->time.period;
            found->next = state.started_at ? std::min(*state.started_at + period, now + period) : now;
            found->succeeded_at = state.succeeded_at;
            found->watched_since = now;
            found->not_before.clear();
            days_.know(state.task, state.since);
        }
    }
    catch (const std::runtime_error& failure)
    {
        log::warning("the history of the scheduled tasks cannot be read", {{"reason", failure.what()}});
        co_return false;
    }
    co_await learn_days();
    co_return true;
}

// What others have settled by hand.
Task<> Scheduler::learn_days()
{
    // A day more than may be missing: the zones' days are not UTC's.
    const LocalDate first = add_days(zone_.date_of(clock_.now()), -kDaysMadeUp - 1);
    try
    {
        const auto settled = co_await runner_.history().settled_days(first, deadline_in(options_.lock_timeout));
        for (const auto& [task, days] : settled)
            for (const auto day : days) days_.settle(task, day);
    }
    catch (const std::runtime_error& failure)
    {
        log::warning("the history of the scheduled tasks cannot be read", {{"reason", failure.what()}});
    }
}

bool Scheduler::owes_days(Instant now) const
{
    return std::ranges::any_of(entries_,
                               [&](const Entry& entry)
                               {
                                   const auto& task = *entry.task;
                                   return task.time.is_daily() &&
                                          !days_.missing(task.name, task.time.last_due_day(now, zone_)).empty();
                               });
}

std::optional<RunRequest> Scheduler::due(Entry& entry, Instant now)
{
    if (entry.running || !knows_) return std::nullopt;
    if (entry.task->time.is_daily()) return due_day(entry, now);
    // A clock that was set back does not make it wait for longer than a period.
    entry.next = std::min(entry.next, now + entry.task->time.period);
    if (entry.next > now) return std::nullopt;
    return run_as_of(*entry.task, now, zone_);
}

std::optional<RunRequest> Scheduler::due_day(Entry& entry, Instant now)
{
    const auto& task = *entry.task;
    for (const auto day : days_.missing(task.name, task.time.last_due_day(now, zone_)))
    {
        if (const auto put_off = entry.not_before.find(day); put_off != entry.not_before.end())
        {
            put_off->second = std::min(put_off->second, now + kRetryAfter);
            if (put_off->second > now) continue;
        }
        if (days_.may_begin(task, day)) return run_for_day(task, day, zone_);
    }
    return std::nullopt;
}

void Scheduler::start_due()
{
    const Instant now = clock_.now();
    for (auto& entry : entries_)
        if (const auto request = due(entry, now)) scope_.spawn("scheduled_task", run_in_background(entry, *request));
}

Task<> Scheduler::run_in_background(Entry& entry, RunRequest request)
{
    co_await run_entry(entry, request);
}

Task<RunReport> Scheduler::run_entry(Entry& entry, RunRequest request)
{
    entry.running = true;
    auto report = co_await runner_.run(request);
    entry.running = false;
    // One that was under way when the lock was lost has told once more.
    if (!leads_ && entry.task->stop_telling != nullptr) entry.task->stop_telling();
    plan_next(entry, request, report);
    co_return report;
}

void Scheduler::plan_next(Entry& entry, const RunRequest& request, const RunReport& report)
{
    const auto& task = *entry.task;
    const Instant now = clock_.now();
    if (report.succeeded()) entry.succeeded_at = now;
    if (!task.time.is_daily())
    {
        entry.next = task.time.next(request.now, zone_);
        if (report.start == RunReport::Start::busy)
            entry.next = std::min(entry.next, now + kBusyPause);
        else if (!report.succeeded())
            entry.next = std::min(entry.next, now + kRetryAfter);
        return;
    }
    std::erase_if(entry.not_before, [&](const auto& day) { return day.first < add_days(request.date, -kDaysMadeUp); });
    entry.not_before.erase(request.date);
    if (report.succeeded() || report.start == RunReport::Start::settled)
        days_.settle(task.name, request.date);
    else
        entry.not_before[request.date] = now + (report.start == RunReport::Start::busy ? kBusyPause : kRetryAfter);
}

void Scheduler::tell(Instant now)
{
    for (const auto& entry : entries_)
    {
        const auto& task = *entry.task;
        Instant due_at = now;
        if (task.time.is_daily())
        {
            const auto missing = days_.missing(task.name, task.time.last_due_day(now, zone_));
            if (!missing.empty()) due_at = task.time.due_on(missing.front(), zone_);
        }
        else
        {
            due_at = entry.succeeded_at.value_or(entry.watched_since) + task.time.period;
        }
        overdue_gauge(task).Set(std::max(0.0, as_seconds(now - due_at)));
        if (entry.succeeded_at) success_gauge(task).Set(as_seconds(entry.succeeded_at->time_since_epoch()));
    }
}

void Scheduler::stop_telling()
{
    for (const auto& entry : entries_)
    {
        overdue_gauge(*entry.task).Set(kNotTold);
        success_gauge(*entry.task).Set(kNotTold);
        if (entry.task->stop_telling != nullptr) entry.task->stop_telling();
    }
}

}  // namespace herald
