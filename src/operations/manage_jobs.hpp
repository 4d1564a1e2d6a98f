// What people do with jobs: create one from an uploaded file, look at it, pause, resume, slow and cancel it, send its
// failed rows again, download its bad ones. Everything acts on what is queued already as well, within a second.
//
// Every Error is a sentence of the wire or says what to do, and leaves everything as it was. not_found: the service has
// no such job. Belongs to the Loop of its Database and object store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/jobs/job.hpp"
#include "objects/object_store.hpp"
#include "operations/service_directory.hpp"
#include "storage/job_store.hpp"

namespace herald
{

// References: what they name must outlive the operation. Made anew for each: `now` is decided once by the caller.
struct JobContext
{
    pg::Database& database;
    ObjectStore& objects;
    ServiceDirectory& directory;
    Instant now{};
    Deadline deadline;
};

// What a request says of a new job; the rest is in the metadata of the uploaded object.
struct NewJob
{
    JobId id;  // the upload's
    std::optional<UserId> created_by_id;
    std::optional<ApiKeyId> api_key_id;
    KeyType key_type = KeyType::normal;
    std::optional<Instant> scheduled_for;
    std::optional<Uuid> contact_list_id;
    std::optional<JobId> original_job_id;
};

// "service-<service id>-notify/<upload id>.csv": where the official admin app puts a file.
std::string job_object_key(ServiceId service, JobId id);
// Words of an uploaded object's metadata, as the official admin app writes them. Values are percent-encoded where they
// are no ASCII.
namespace job_metadata
{
inline constexpr const char* kNotificationCount = "notification_count";
inline constexpr const char* kTemplateId = "template_id";
inline constexpr const char* kValid = "valid";  // "True", or the job is refused
inline constexpr const char* kOriginalFileName = "original_file_name";
inline constexpr const char* kSenderId = "sender_id";  // may be absent
}  // namespace job_metadata

struct JobReport
{
    Job job;
    std::vector<JobCount> statistics;  // by status; without those that no message has
};

struct JobReportPage
{
    std::vector<JobReport> jobs;
    bool has_more = false;
    std::int64_t total = 0;
};

// validation: "Date cannot be in the past", "Date cannot be more than 7 days in the future".
Result<void> check_schedule(Instant scheduled_for, Instant now);

// Reads the metadata of the object in one request. forbidden: "Create job is not allowed: service is inactive ".
// validation: "Missing data for required field." (of "id": no such upload, or its metadata lacks a word), and those of
// check_schedule. bad_request: "File is not valid, can't create job", "Template has been deleted". not_found: no such
// service or template. conflict: there is a job of that id.
Task<Result<Job>> create_job(JobContext context, ServiceId service, NewJob wanted);
// The same for a job whose facts are known, with the object in its place already (api and CLI). `job.id`,
// `original_file_name`, `object_key`, `template_id`, `notification_count` and who sends are the caller's.
Task<Result<Job>> add_job(JobContext context, Job job);

Task<Result<JobReport>> find_job(JobContext context, ServiceId service, JobId id);
Task<JobReportPage> list_jobs(JobContext context, ServiceId service, JobFilter filter, std::int64_t page,
                              std::int32_t page_size);

// conflict: the job is not in a state for that; says in which it is. Each gives the job as it is afterwards.
Task<Result<JobReport>> pause_job(JobContext context, ServiceId service, JobId id);
Task<Result<JobReport>> resume_job(JobContext context, ServiceId service, JobId id);
// Messages leave at `rows_per_second` (at least 1); empty: as fast as it goes.
Task<Result<JobReport>> slow_job(JobContext context, ServiceId service, JobId id,
                                 std::optional<std::int32_t> rows_per_second);
// Whatever has not been claimed by a worker yet ends as `cancelled`, and the job too.
Task<Result<JobReport>> cancel_job(JobContext context, ServiceId service, JobId id);
// POST /service/{id}/job/{id}/cancel: only what is scheduled for later. not_found otherwise, as the wire has it.
Task<Result<JobReport>> cancel_scheduled_job(JobContext context, ServiceId service, JobId id);
// Rows whose newest message ended as technical-, temporary- or permanent-failure are sent again, in the same job.
// conflict: there are none, or the job is still at work, or its file is gone (archived).
Task<Result<JobReport>> retry_failed_rows(JobContext context, ServiceId service, JobId id);

// The bad rows as a CSV file: the columns of the upload and a last one that says what is wrong, a sentence a reason. In
// constant memory.
class BadRows
{
public:
    virtual ~BadRows() = default;
    // The next piece of the file; empty at its end.
    virtual Task<std::string> next(Deadline deadline) = 0;
};
// not_found also when the file is gone.
Task<Result<std::unique_ptr<BadRows>>> download_bad_rows(JobContext context, ServiceId service, JobId id);

}  // namespace herald
