#include "operations/manage_jobs.hpp"

#include <charconv>

#include <fmt/format.h>
#include <boost/url/decode_view.hpp>

#include "storage/template_store.hpp"

namespace herald
{

namespace
{

Failure no_such_job()
{
    return fail(ErrorKind::not_found, "No result found");
}

Failure missing_data()
{
    return fail(ErrorKind::validation, "Missing data for required field.");
}

std::optional<std::string> word(const ObjectMetadata& metadata, const char* name)
{
    const auto found = metadata.find(name);
    if (found == metadata.end()) return std::nullopt;
    return found->second;
}

// Percent-encoded by whoever uploaded it; what is no encoding is meant as it stands.
std::string decoded(const std::string& text)
{
    const auto view = boost::urls::make_pct_string_view(text);
    if (!view) return text;
    std::string plain;
    for (const char c : boost::urls::decode_view(*view)) plain.push_back(c);
    return plain;
}

std::optional<std::int32_t> parse_count(const std::string& text)
{
    std::int32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 0 || count > kMostJobRows)
        return std::nullopt;
    return count;
}

// What the metadata of an upload says of its job.
Result<Job> read_metadata(const ObjectMetadata& metadata)
{
    const auto name = word(metadata, job_metadata::kOriginalFileName);
    const auto rows = word(metadata, job_metadata::kNotificationCount);
    const auto from_template = word(metadata, job_metadata::kTemplateId);
    if (!name || !rows || !from_template) return missing_data();
    Job job;
    const auto count = parse_count(*rows);
    const auto id = TemplateId::parse(*from_template);
    if (!count || !id) return missing_data();
    job.original_file_name = decoded(*name);
    job.notification_count = *count;
    job.template_id = *id;
    if (const auto sender = word(metadata, job_metadata::kSenderId)) job.sender_id = Uuid::parse(*sender);
    if (word(metadata, job_metadata::kValid) != "True")
        return fail(ErrorKind::bad_request, "File is not valid, can't create job");
    return job;
}

Task<Result<JobReport>> report_of(JobContext context, ServiceId service, JobId id)
{
    JobStore jobs(context.database);
    auto job = co_await jobs.find(service, id, context.deadline);
    if (!job) co_return no_such_job();
    JobReport report;
    report.job = std::move(*job);
    std::vector<JobId> asked{id};
    auto counts = co_await jobs.statistics(service, std::move(asked), context.deadline);
    report.statistics = std::move(counts[id]);
    co_return report;
}

// The job as it is now, or why it could not be done.
Task<Result<JobReport>> changed(JobContext context, ServiceId service, JobId id, bool is_changed, std::string_view verb)
{
    auto report = co_await report_of(context, service, id);
    if (!report || is_changed) co_return report;
    co_return fail(ErrorKind::conflict, fmt::format("The job is {}{}; it cannot be {}", to_string(report->job.status),
                                                    report->job.paused_at ? " (paused)" : "", verb));
}

}  // namespace

std::string job_object_key(ServiceId service, JobId id)
{
    return fmt::format("service-{}-notify/{}.csv", service.to_string(), id.to_string());
}

Result<void> check_schedule(Instant scheduled_for, Instant now)
{
    if (scheduled_for < now) return fail(ErrorKind::validation, "Date cannot be in the past");
    if (scheduled_for > now + kLongestSchedule)
        return fail(ErrorKind::validation, "Date cannot be more than 7 days in the future");
    return {};
}

Task<Result<Job>> create_job(JobContext context, ServiceId service, NewJob wanted)
{
    const auto owner = co_await context.directory.service(service, context.deadline);
    if (!owner) co_return fail(ErrorKind::not_found, "No result found");
    if (!owner->service().active)
        co_return fail(ErrorKind::forbidden, "Create job is not allowed: service is inactive ");
    const auto info = co_await context.objects.inspect(job_object_key(service, wanted.id), context.deadline);
    if (!info) co_return missing_data();
    auto job = read_metadata(info->metadata);
    if (!job) co_return job;
    job->id = wanted.id;
    job->service_id = service;
    job->object_key = job_object_key(service, wanted.id);
    job->original_job_id = wanted.original_job_id;
    job->created_by_id = wanted.created_by_id;
    job->api_key_id = wanted.api_key_id;
    job->key_type = wanted.key_type;
    job->scheduled_for = wanted.scheduled_for;
    job->contact_list_id = wanted.contact_list_id;
    co_return co_await add_job(context, std::move(*job));
}

Task<Result<Job>> add_job(JobContext context, Job job)
{
    const auto owner = co_await context.directory.service(job.service_id, context.deadline);
    if (!owner) co_return fail(ErrorKind::not_found, "No result found");
    if (!owner->service().active)
        co_return fail(ErrorKind::forbidden, "Create job is not allowed: service is inactive ");
    TemplateStore templates(context.database);
    const auto current = co_await templates.find(job.service_id, job.template_id, context.deadline);
    if (!current) co_return fail(ErrorKind::not_found, "No result found");
    if (current->archived) co_return fail(ErrorKind::bad_request, "Template has been deleted");
    if (job.scheduled_for)
    {
        if (auto in_time = check_schedule(*job.scheduled_for, context.now); !in_time)
            co_return Failure(in_time.error());
    }
    job.template_version = current->version;
    job.channel = current->type;
    job.status = job.scheduled_for ? JobStatus::scheduled : JobStatus::pending;
    job.created_at = context.now;
    if (auto added = co_await JobStore(context.database).add(job, context.deadline); !added)
        co_return Failure(added.error());
    co_return job;
}

Task<Result<JobReport>> find_job(JobContext context, ServiceId service, JobId id)
{
    return report_of(context, service, id);
}

Task<JobReportPage> list_jobs(JobContext context, ServiceId service, JobFilter filter, std::int64_t page,
                              std::int32_t page_size)
{
    JobStore jobs(context.database);
    auto found = co_await jobs.page(service, std::move(filter), page, page_size, context.deadline);
    std::vector<JobId> ids;
    for (const auto& job : found.jobs) ids.push_back(job.id);
    auto counts = co_await jobs.statistics(service, std::move(ids), context.deadline);
    JobReportPage reports;
    reports.has_more = found.has_more;
    reports.total = found.total;
    for (auto& job : found.jobs)
    {
        auto statistics = std::move(counts[job.id]);
        reports.jobs.push_back({std::move(job), std::move(statistics)});
    }
    co_return reports;
}

Task<Result<JobReport>> pause_job(JobContext context, ServiceId service, JobId id)
{
    const bool done = co_await JobStore(context.database).pause(service, id, context.now, context.deadline);
    co_return co_await changed(context, service, id, done, "paused");
}

Task<Result<JobReport>> resume_job(JobContext context, ServiceId service, JobId id)
{
    const bool done = co_await JobStore(context.database).resume(service, id, context.now, context.deadline);
    co_return co_await changed(context, service, id, done, "resumed");
}

Task<Result<JobReport>> slow_job(JobContext context, ServiceId service, JobId id,
                                 std::optional<std::int32_t> rows_per_second)
{
    if (rows_per_second && *rows_per_second < 1)
        co_return fail(ErrorKind::validation, "At least one row a second; pause the job to stop it");
    const bool done =
        co_await JobStore(context.database).slow(service, id, rows_per_second, context.now, context.deadline);
    co_return co_await changed(context, service, id, done, "slowed");
}

Task<Result<JobReport>> cancel_job(JobContext context, ServiceId service, JobId id)
{
    const bool done = co_await JobStore(context.database).cancel(service, id, false, context.now, context.deadline);
    co_return co_await changed(context, service, id, done, "cancelled");
}

Task<Result<JobReport>> cancel_scheduled_job(JobContext context, ServiceId service, JobId id)
{
    if (!co_await JobStore(context.database).cancel(service, id, true, context.now, context.deadline))
        co_return no_such_job();
    co_return co_await report_of(context, service, id);
}

Task<Result<JobReport>> retry_failed_rows(JobContext context, ServiceId service, JobId id)
{
    const auto rows = co_await JobStore(context.database).retry_failed(service, id, context.now, context.deadline);
    auto report = co_await report_of(context, service, id);
    if (!report || rows > 0) co_return report;
    if (report->job.archived()) co_return fail(ErrorKind::conflict, "The file of the job is gone");
    if (report->job.status == JobStatus::finished)
        co_return fail(ErrorKind::conflict, "No row of the job has failed for good");
    co_return fail(ErrorKind::conflict, fmt::format("The job is {}; rows are sent again once it has finished",
                                                    to_string(report->job.status)));
}

}  // namespace herald
