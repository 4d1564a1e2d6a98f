#include "storage/job_store.hpp"

#include <algorithm>

#include "sql/queries.hpp"
#include "storage/job_rows.hpp"

namespace herald
{

namespace
{

constexpr std::string_view kSuppressed = "suppressed: %";

std::optional<std::vector<std::string>> names(const std::vector<JobStatus>& statuses)
{
    if (statuses.empty()) return std::nullopt;
    std::vector<std::string> all;
    for (const auto status : statuses) all.emplace_back(to_string(status));
    return all;
}

std::optional<std::vector<std::int16_t>> numbers(const std::vector<NotificationStatus>& statuses)
{
    if (statuses.empty()) return std::nullopt;
    std::vector<std::int16_t> all;
    for (const auto status : statuses) all.push_back(static_cast<std::int16_t>(status));
    return all;
}

}  // namespace

Job read_job(const pg::Rows& rows, std::size_t i)
{
    const auto optional_id = [&](std::string_view column)
    {
        return rows.get<std::optional<Uuid>>(i, column);
    };
    Job job;
    job.id = JobId{rows.get<Uuid>(i, "id")};
    job.service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
    job.original_file_name = rows.get<std::string>(i, "original_file_name");
    job.object_key = rows.get<std::string>(i, "object_key");
    if (const auto id = optional_id("original_job_id")) job.original_job_id = JobId{*id};
    job.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    job.template_version = rows.get<std::int32_t>(i, "template_version");
    job.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    job.key_type = static_cast<KeyType>(rows.get<std::int16_t>(i, "key_type"));
    if (const auto id = optional_id("api_key_id")) job.api_key_id = ApiKeyId{*id};
    if (const auto id = optional_id("created_by_id")) job.created_by_id = UserId{*id};
    job.sender_id = optional_id("sender_id");
    job.contact_list_id = optional_id("contact_list_id");
    job.notification_count = rows.get<std::int32_t>(i, "notification_count");
    job.status = parse_job_status(rows.get<std::string>(i, "status")).value();
    job.reason = rows.get<std::string>(i, "reason");
    job.scheduled_for = rows.get<std::optional<Instant>>(i, "scheduled_for");
    job.created_at = rows.get<Instant>(i, "created_at");
    job.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
    job.processing_started = rows.get<std::optional<Instant>>(i, "processing_started");
    job.processing_finished = rows.get<std::optional<Instant>>(i, "processing_finished");
    job.paused_at = rows.get<std::optional<Instant>>(i, "paused_at");
    job.archived_at = rows.get<std::optional<Instant>>(i, "archived_at");
    job.rows_per_second = rows.get<std::optional<std::int32_t>>(i, "rows_per_second");
    job.generation = rows.get<std::int16_t>(i, "generation");
    job.next_row = rows.get<std::int32_t>(i, "next_row");
    job.rows_written = rows.get<std::int32_t>(i, "rows_written");
    job.rows_refused = rows.get<std::int32_t>(i, "rows_refused");
    job.rows_retried = rows.get<std::int32_t>(i, "rows_retried");
    return job;
}

Task<Result<void>> JobStore::add(Job job, Deadline deadline)
{
    auto params = pg::Params::of(job.service_id, job.id, job.original_file_name, job.object_key, job.original_job_id,
                                 job.template_id, job.template_version, static_cast<std::int16_t>(job.channel),
                                 static_cast<std::int16_t>(job.key_type), job.api_key_id, job.created_by_id,
                                 job.sender_id, job.contact_list_id, job.notification_count, job.scheduled_for,
                                 job.created_at, job.rows_per_second);
    const auto rows = co_await database_.execute(sql::add_job, std::move(params), deadline);
    if (rows.empty()) co_return fail(ErrorKind::conflict, "There is a job of this id already");
    co_return Result<void>();
}

Task<std::optional<Job>> JobStore::find(ServiceId service, JobId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_job, pg::Params::of(service, id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_job(rows, 0);
}

Task<JobPage> JobStore::page(ServiceId service, JobFilter filter, std::int64_t page, std::int32_t page_size,
                             Deadline deadline)
{
    const auto statuses = names(filter.statuses);
    const std::int64_t skipped = (page - 1) * page_size;
    auto listing =
        pg::Params::of(service, filter.created_from, statuses, filter.contact_list_id, skipped, page_size + 1);
    auto counting = pg::Params::of(service, filter.created_from, statuses, filter.contact_list_id, kCountedExactly);
    const auto rows = co_await database_.execute(sql::list_jobs, std::move(listing), deadline);
    const auto counted = co_await database_.execute(sql::count_jobs, std::move(counting), deadline);
    JobPage found;
    const auto size = static_cast<std::size_t>(page_size);
    found.has_more = rows.size() > size;
    for (std::size_t i = 0; i < std::min(rows.size(), size); ++i) found.jobs.push_back(read_job(rows, i));
    found.total = counted.get<std::int64_t>(0, "total");
    co_return found;
}

Task<ScheduledJobs> JobStore::scheduled(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::sum_scheduled_jobs, pg::Params::of(service), deadline);
    co_return ScheduledJobs{rows.get<std::int64_t>(0, "count"), rows.get<std::optional<Instant>>(0, "soonest")};
}

Task<std::map<JobId, std::vector<JobCount>>> JobStore::statistics(ServiceId service, std::vector<JobId> jobs,
                                                                  Deadline deadline)
{
    std::vector<Uuid> ids;
    for (const auto& id : jobs) ids.push_back(id.value);
    const auto rows = co_await database_.execute(sql::count_job_messages, pg::Params::of(service, ids), deadline);
    std::map<JobId, std::vector<JobCount>> counts;
    for (std::size_t i = 0; i < rows.size(); ++i)
        counts[JobId{rows.get<Uuid>(i, "job_id")}].push_back(
            {static_cast<NotificationStatus>(rows.get<std::int16_t>(i, "status")), rows.get<std::int64_t>(i, "count")});
    co_return counts;
}

Task<JobNotificationsPage> JobStore::notifications(ServiceId service, JobId id,
                                                   std::vector<NotificationStatus> statuses, std::int64_t page,
                                                   std::int32_t page_size, LocalDate today, Deadline deadline)
{
    const std::int64_t skipped = (page - 1) * page_size;
    auto params = pg::Params::of(service, id, numbers(statuses), today, skipped, page_size + 1);
    const auto rows = co_await database_.execute(sql::list_job_notifications, std::move(params), deadline);
    JobNotificationsPage found;
    const auto size = static_cast<std::size_t>(page_size);
    found.has_more = rows.size() > size;
    for (std::size_t i = 0; i < std::min(rows.size(), size); ++i) found.rows.push_back(read_notification(rows, i));
    co_return found;
}

Task<std::vector<RefusedRow>> JobStore::refused_rows(ServiceId service, JobId id, std::int32_t after, std::int32_t most,
                                                     Deadline deadline)
{
    const auto rows =
        co_await database_.execute(sql::list_refused_rows, pg::Params::of(service, id, after, most), deadline);
    std::vector<RefusedRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows.get<std::int32_t>(i, "row_number"), rows.get<std::string>(i, "reason")});
    co_return found;
}

Task<bool> JobStore::change(pg::Statement statement, pg::Params params, Deadline deadline)
{
    const auto rows = co_await database_.execute(statement, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "changed") > 0;
}

Task<bool> JobStore::pause(ServiceId service, JobId id, Instant now, Deadline deadline)
{
    return change(sql::pause_job, pg::Params::of(service, id, now), deadline);
}

Task<bool> JobStore::resume(ServiceId service, JobId id, Instant now, Deadline deadline)
{
    return change(sql::resume_job, pg::Params::of(service, id, now), deadline);
}

Task<bool> JobStore::slow(ServiceId service, JobId id, std::optional<std::int32_t> rows_per_second, Instant now,
                          Deadline deadline)
{
    return change(sql::slow_job, pg::Params::of(service, id, rows_per_second, now), deadline);
}

Task<bool> JobStore::cancel(ServiceId service, JobId id, bool only_scheduled, Instant now, Deadline deadline)
{
    return change(sql::cancel_job, pg::Params::of(service, id, now, only_scheduled), deadline);
}

Task<std::int64_t> JobStore::retry_failed(ServiceId service, JobId id, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(service, id, now, kSuppressed);
    const auto rows = co_await database_.execute(sql::retry_failed_rows, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "rows");
}

}  // namespace herald
