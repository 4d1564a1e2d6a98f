// Private to ops: what the table in schedule.cpp names. One file a task. Each returns how much it did, in its own unit.
// The stop_telling_ functions make a task's gauges NaN, as ScheduledTask wants it.
#pragma once

#include "ops/schedule.hpp"

namespace herald::tasks
{

// Partitions made.
Task<std::int64_t> maintain_partitions(TaskContext& context, const TaskRun& run);
// Changes summed up; until none is left. Beside a long snapshot the dead rows of earlier runs are not read each time.
Task<std::int64_t> fold_ledger(TaskContext& context, const TaskRun& run);
// Differences found, each logged as an error; the gauge herald_ledger_differences. Looks at today, yesterday and one
// earlier day, another one each hour. Compares in one statement, so what changes meanwhile is no difference.
Task<std::int64_t> check_ledger(TaskContext& context, const TaskRun& run);
void stop_telling_ledger_differences();
// The gauges herald_queue_depth and herald_queue_oldest_age_seconds, by lane, and herald_queue_uncertain. The depth is
// counted up to kMostCounted: a larger one is shown as that. The age is since the message was accepted, retries
// included.
Task<std::int64_t> measure_queue(TaskContext& context, const TaskRun& run);
void stop_telling_queue();
inline constexpr std::int32_t kMostCounted = 100'000;
// The gauges herald_callback_backlog (counted up to kMostCounted in all) and herald_callback_paused_endpoints, by type.
Task<std::int64_t> measure_callbacks(TaskContext& context, const TaskRun& run);
void stop_telling_callbacks();
// Messages looked at because their service's retention was changed.
Task<std::int64_t> apply_retention(TaskContext& context, const TaskRun& run);
// Partitions dropped. Contents of messages that are under way are put under the next day first. Waits for each lock in
// small doses, so that nobody else waits long behind it.
Task<std::int64_t> drop_purged_contents(TaskContext& context, const TaskRun& run);
// Waits for a receipt that ended, after TaskContext::time_out; counted by herald_notifications_timed_out_total.
Task<std::int64_t> time_out_notifications(TaskContext& context, const TaskRun& run);
// Messages of the last seven days that were in no table of the queue; counted by herald_notifications_requeued_total.
Task<std::int64_t> requeue_notifications(TaskContext& context, const TaskRun& run);
// Providers whose priority moved because one of them delivers slowly. The gauges herald_provider_slow_ratio.
Task<std::int64_t> judge_providers(TaskContext& context, const TaskRun& run);
void stop_telling_speeds();
// Providers whose priority went a step back towards its resting point.
Task<std::int64_t> restore_providers(TaskContext& context, const TaskRun& run);
// Files that are gone.
Task<std::int64_t> remove_contact_list_files(TaskContext& context, const TaskRun& run);
// Messages whose recipients were looked at. Needs the key ring.
Task<std::int64_t> suppress_recipients(TaskContext& context, const TaskRun& run);
// Suppressions that were lifted more than 90 days ago.
Task<std::int64_t> purge_lifted_suppressions(TaskContext& context, const TaskRun& run);
// Partitions dropped: days of the log of calls to services that ended more than 30 days ago.
Task<std::int64_t> drop_callback_attempts(TaskContext& context, const TaskRun& run);
// Runs of tasks that began more than 30 days ago.
Task<std::int64_t> purge_task_runs(TaskContext& context, const TaskRun& run);
// Partitions dropped: days of events that ended more than 100 days ago.
Task<std::int64_t> drop_notification_events(TaskContext& context, const TaskRun& run);
// Revoked API keys whose secret was forgotten.
Task<std::int64_t> purge_dead_secrets(TaskContext& context, const TaskRun& run);
// Jobs whose file is gone.
Task<std::int64_t> archive_jobs(TaskContext& context, const TaskRun& run);
// Keys older than 24 hours.
Task<std::int64_t> purge_idempotency_keys(TaskContext& context, const TaskRun& run);

}  // namespace herald::tasks
