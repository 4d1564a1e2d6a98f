#include "ops/task_runner.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/log.hpp"

namespace herald
{

namespace
{

RunReport not_run(RunReport::Start why)
{
    RunReport report;
    report.start = why;
    return report;
}

RunReport report_of(RunEnd end)
{
    return {RunReport::Start::ran, end.outcome, end.count, std::move(end.detail)};
}

// What the task did, it has done, whether that can be written down or not: a run that stays open is abandoned by
// whoever runs the task next.
Task<> keep(Task<> writing, std::string task)
{
    try
    {
        co_await std::move(writing);
    }
    catch (const std::exception& failure)
    {
        log::error("how a scheduled task ended could not be kept", {{"task", task}, {"reason", failure.what()}});
    }
}

Heartbeat heartbeat_of(RunOutcome outcome)
{
    return outcome == RunOutcome::succeeded ? Heartbeat::ok : Heartbeat::fail;
}

}  // namespace

RunRequest run_for_day(const ScheduledTask& task, LocalDate date, const TimeZone& zone)
{
    return {&task, task.time.due_on(date, zone), date, true};
}

RunRequest run_as_of(const ScheduledTask& task, Instant now, const TimeZone& zone)
{
    const LocalDate date = zone.date_of(now);
    return {&task, now, date, task.time.is_daily() && task.time.due_on(date, zone) <= now};
}

TaskRunner::TaskRunner(TaskContext context, TaskLocks& locks, const Clock& clock, Heartbeats* heartbeats,
                       Options options)
    : context_(context),
      history_(context.database),
      locks_(locks),
      clock_(clock),
      heartbeats_(heartbeats),
      options_(std::move(options))
{
}

Task<RunReport> TaskRunner::run(RunRequest request)
{
    const auto& name = request.task->name;
    RunReport report;
    try
    {
        if (!co_await locks_.try_lock(name, deadline_in(options_.database_timeout)))
            co_return not_run(RunReport::Start::busy);
        report = co_await run_locked(request);
    }
    catch (const std::exception& failure)
    {
        // Of the task itself it was logged; this is about what is around it.
        log::error("a scheduled task could not be run", {{"task", name}, {"reason", failure.what()}});
        report.detail = failure.what();
    }
    co_await locks_.unlock(name, deadline_in(options_.database_timeout));
    co_return report;
}

Task<RunReport> TaskRunner::run_locked(RunRequest request)
{
    RecordedRun record;
    record.task = request.task->name;
    record.as_of = request.now;
    record.started_at = clock_.now();
    record.id = make_uuid_v7(record.started_at);
    record.holder = options_.holder;
    if (request.settles_day) record.for_date = request.date;
    return request.task->time.is_frequent() ? run_frequent(request, std::move(record))
                                            : run_recorded(request, std::move(record));
}

Task<RunReport> TaskRunner::run_recorded(RunRequest request, RecordedRun record)
{
    if (!co_await history_.begin(record, request.again, deadline_in(options_.database_timeout)))
        co_return not_run(RunReport::Start::settled);
    tell(*request.task, Heartbeat::start, record.id);
    auto end = co_await execute(request);
    tell(*request.task, heartbeat_of(end.outcome), record.id);
    co_await keep(history_.end(record, end, request.date, deadline_in(options_.database_timeout)), record.task);
    co_return report_of(std::move(end));
}

Task<RunReport> TaskRunner::run_frequent(RunRequest request, RecordedRun record)
{
    auto end = co_await execute(request);
    if (is_news(record.task, end.outcome))
    {
        tell(*request.task, heartbeat_of(end.outcome), std::nullopt);
        co_await keep(history_.note(record, end, request.date, deadline_in(options_.database_timeout)), record.task);
    }
    co_return report_of(std::move(end));
}

Task<RunEnd> TaskRunner::execute(RunRequest request)
{
    RunEnd end{clock_.now(), RunOutcome::failed, 0, {}};
    try
    {
        end.count = co_await run_scheduled_task(*request.task, context_, request.now, request.date);
        end.outcome = RunOutcome::succeeded;
    }
    catch (const DeadlineExceeded& exceeded)
    {
        end.outcome = RunOutcome::timed_out;
        end.detail = fmt::format("cut off: {}", exceeded.what());
    }
    catch (const std::exception& failure)
    {
        end.detail = failure.what();
    }
    // A clock that was set back meanwhile: a run does not end before it began.
    end.at = std::max(end.at, clock_.now());
    co_return end;
}

bool TaskRunner::is_news(std::string_view task, RunOutcome outcome)
{
    auto& noted = noted_[std::string(task)];
    if (noted.outcome == outcome && monotonic_now() < noted.at + options_.note_every) return false;
    noted = {outcome, monotonic_now()};
    return true;
}

void TaskRunner::tell(const ScheduledTask& task, Heartbeat heartbeat, const std::optional<Uuid>& run)
{
    if (heartbeats_ != nullptr) heartbeats_->tell(task.name, heartbeat, run);
}

std::string name_of_this_process()
{
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) return fmt::format("?:{}", ::getpid());
    return fmt::format("{}:{}", host.data(), ::getpid());
}

}  // namespace herald
