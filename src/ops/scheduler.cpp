#include "ops/scheduler.hpp"

#include <algorithm>

#include <prometheus/gauge.h>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace herald
{

namespace
{

// A task that failed does not wait for tomorrow.
constexpr auto kRetryAfter = std::chrono::minutes(5);

}  // namespace

Scheduler::Scheduler(asio::any_io_executor executor, Leader& leader, TaskContext context, const Clock& clock,
                     std::span<const ScheduledTask> tasks, Options options)
    : leader_(leader),
      context_(context),
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
        if (std::chrono::steady_clock::now() >= ask_at)
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
        if (entry.next > now || entry.running) continue;
        ++(co_await run_entry(entry, now) ? counts.ran : counts.failed);
    }
    co_return counts;
}

Task<bool> Scheduler::lead()
{
    const bool led = leads_;
    leads_ = co_await leader_.lead(deadline_in(options_.lock_timeout));
    leads_gauge_.Set(leads_ ? 1 : 0);
    if (leads_ == led) co_return leads_;
    log::info(leads_ ? "this process runs the scheduled tasks" : "another process may run the scheduled tasks");
    if (!leads_) stop_telling();
    const Instant now = clock_.now();
    for (auto& entry : entries_) entry.next = now;
    co_return leads_;
}

void Scheduler::stop_telling()
{
    for (const auto& entry : entries_)
    {
        if (entry.task->stop_telling != nullptr) entry.task->stop_telling();
    }
}

void Scheduler::start_due()
{
    const Instant now = clock_.now();
    for (auto& entry : entries_)
    {
        if (entry.running || entry.next > now) continue;
        scope_.spawn("scheduled_task", run_in_background(entry, now));
    }
}

Task<> Scheduler::run_in_background(Entry& entry, Instant now)
{
    co_await run_entry(entry, now);
}

Task<bool> Scheduler::run_entry(Entry& entry, Instant now)
{
    entry.running = true;
    bool done = false;
    try
    {
        co_await run_scheduled_task(*entry.task, context_, now);
        done = true;
    }
    catch (const std::exception&)
    {
        // It was logged and counted.
    }
    entry.running = false;
    // One that was under way when the lock was lost has told once more.
    if (!leads_ && entry.task->stop_telling != nullptr) entry.task->stop_telling();
    entry.next = entry.task->time.next(now, context_.zone);
    if (!done) entry.next = std::min(entry.next, now + kRetryAfter);
    co_return done;
}

}  // namespace herald
