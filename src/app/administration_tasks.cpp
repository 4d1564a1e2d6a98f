// What comes with the clock, by hand.
#include "app/administration_impl.hpp"
#include "app/upload_stores.hpp"
#include "ops/task_overview.hpp"
#include "ops/task_runner.hpp"

namespace herald
{

namespace
{

// How long a run by hand waits for one that is under way: a frequent task is always about to be.
constexpr auto kLockPatience = seconds(5);
constexpr auto kLockPause = milliseconds(50);
// For the monitor, after the task has ended.
constexpr auto kHeartbeatPatience = seconds(10);

Result<const ScheduledTask*> find_task(const std::string& name)
{
    if (const auto* task = find_scheduled_task(name)) return task;
    return fail(ErrorKind::not_found, "There is no task '" + name + "'; `herald task list` shows them all");
}

// What a run by hand is to do: a day, a moment, or now. Nothing that has not come yet: a purge would take what is still
// to be kept.
Result<RunRequest> request_of(const ScheduledTask& task, const TaskWish& wish, Instant now, const TimeZone& zone)
{
    if (wish.as_of && *wish.as_of > now) return fail(ErrorKind::validation, "--as-of has not come yet");
    if (!wish.date) return run_as_of(task, wish.as_of.value_or(now), zone);
    if (!task.time.is_daily())
        return fail(ErrorKind::validation,
                    fmt::format("{} runs {} and not for a day: say --as-of", task.name, task.time.to_string()));
    if (task.time.due_on(*wish.date, zone) > now)
        return fail(ErrorKind::validation, fmt::format("{} is due {} and {} has not come so far", task.name,
                                                       task.time.to_string(), format_date(*wish.date)));
    return run_for_day(task, *wish.date, zone);
}

// Fails when one of those that it waits for has not succeeded for that day.
Task<Result<void>> check_order(TaskHistory& history, const RunRequest& request)
{
    const auto settled = co_await history.settled_days(request.date, deadline_in(kTimeout));
    for (const auto name : request.task->waits_for())
    {
        const auto found = settled.find(std::string(name));
        if (found != settled.end() && found->second.contains(request.date)) continue;
        co_return fail(ErrorKind::conflict,
                       fmt::format("{} comes after {}, which has not succeeded for {}: run that first, or say "
                                   "--ignore-after",
                                   request.task->name, name, format_date(request.date)));
    }
    co_return Result<void>();
}

Task<RunReport> run_patiently(TaskRunner& runner, RunRequest request)
{
    const auto until = deadline_in(kLockPatience);
    while (true)
    {
        auto report = co_await runner.run(request);
        if (report.start != RunReport::Start::busy || monotonic_now() >= until) co_return report;
        co_await sleep_until(deadline_in(kLockPause));
    }
}

Task<Result<TaskRunDone>> outcome_of(TaskHistory& history, RunRequest request, RunReport report)
{
    const auto name = std::string(request.task->name);
    if (report.succeeded()) co_return TaskRunDone{name, report.count, request.now, request.date};
    if (report.start == RunReport::Start::ran)
        co_return fail(ErrorKind::internal,
                       fmt::format("{} {}: {}", name, report.outcome == RunOutcome::timed_out ? "timed out" : "failed",
                                   report.detail));
    for (const auto& running : co_await history.running(deadline_in(kTimeout)))
    {
        if (running.task == name)
            co_return fail(ErrorKind::conflict, fmt::format("{} is running in {} since {}", name, running.holder,
                                                            format_v2(running.started_at)));
    }
    co_return fail(ErrorKind::conflict, name + " is running in another process; try again");
}

}  // namespace

Result<std::vector<TaskOverview>> Administration::list_tasks() const
{
    const TimeZone zone(settings_.time_zone);
    return ask<std::vector<TaskOverview>>(
        [&](ManageContext context) -> Task<Result<std::vector<TaskOverview>>>
        {
            TaskHistory history(context.database);
            co_return co_await overview_tasks(history, schedule(), zone, context.now, context.deadline);
        });
}

Result<std::vector<RecordedRun>> Administration::list_task_runs(const std::optional<std::string>& name,
                                                                std::int32_t most) const
{
    if (name)
        if (const auto task = find_task(*name); !task) return Failure(task.error());
    return ask<std::vector<RecordedRun>>(
        [&](ManageContext context) -> Task<Result<std::vector<RecordedRun>>>
        {
            TaskHistory history(context.database);
            co_return co_await history.list(name, most, context.deadline);
        });
}

Result<TaskRunDone> Administration::run_task_now(const TaskWish& wish) const
{
    const auto task = find_task(wish.name);
    if (!task) return Failure(task.error());
    const SystemClock clock;
    const TimeZone zone(settings_.time_zone);
    auto request = request_of(**task, wish, clock.now(), zone);
    if (!request) return Failure(request.error());
    request->again = true;
    const auto run = [&](pg::Database& database) -> Task<Result<TaskRunDone>>
    {
        const auto executor = co_await asio::this_coro::executor;
        TaskLocks locks(executor, database_options(settings_, "cli", 1));
        Heartbeats heartbeats(executor, heartbeat_options(settings_));
        UploadStores files(executor, settings_);
        TaskContext context{database, zone, has_keys_ ? &keys_ : nullptr};
        context.time_out = std::chrono::hours(settings_.delivery.time_out_hours);
        if (has_object_store(settings_))
        {
            context.objects = &files.uploads();
            context.contact_list_files = &files.contact_lists();
        }
        TaskRunner::Options options;
        options.holder = name_of_this_process() + " by hand";
        TaskRunner runner(context, locks, clock, &heartbeats, options);
        if (!wish.ignore_after)
            if (auto checked = co_await check_order(runner.history(), *request); !checked)
                co_return Failure(std::move(checked.error()));
        auto report = co_await run_patiently(runner, *request);
        co_await heartbeats.close(deadline_in(kHeartbeatPatience));
        co_await files.close(deadline_in(kTimeout));
        co_return co_await outcome_of(runner.history(), *request, std::move(report));
    };
    return run_with_database<TaskRunDone>(settings_, run);
}

}  // namespace herald
