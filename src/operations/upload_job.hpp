// A recipient list that becomes a job at once: looked through, put into the object store and added. For callers that
// have the list themselves (command line, POST /v2/notifications/bulk); the admin app uploads for itself.
//
// The list passes twice, in constant memory: what is wrong with the whole of it refuses it before anything is uploaded.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "domain/recipient_lists/row_error.hpp"
#include "operations/draft_notification.hpp"
#include "operations/job_feed.hpp"
#include "operations/manage_jobs.hpp"
#include "runtime/cpu_pool.hpp"

namespace herald
{

// The bytes of a list, which can be had as often as needed. One call at a time; belongs to one Loop.
class ListSource
{
public:
    virtual ~ListSource() = default;
    // The next call of read() gives the first bytes again. To be called before the first one, too. not_found: it cannot
    // be opened; says so.
    virtual Task<Result<void>> rewind() = 0;
    // The next bytes, at most kMaxObjectChunk; empty at the end. Throws when they cannot be read.
    virtual Task<std::string> read() = 0;
};

// What is in memory anyway: the body of a request.
class ListInMemory final : public ListSource
{
public:
    explicit ListInMemory(std::string bytes) : bytes_(std::move(bytes)) {}
    Task<Result<void>> rewind() override;
    Task<std::string> read() override;

private:
    const std::string bytes_;
    std::size_t at_ = 0;
};

// A file of this machine, read on the pool's threads, which outlives it.
class ListInFile final : public ListSource
{
public:
    ListInFile(std::filesystem::path path, CpuPool& pool);
    ~ListInFile() override;
    Task<Result<void>> rewind() override;
    Task<std::string> read() override;

private:
    struct File;

    CpuPool& pool_;
    std::unique_ptr<File> file_;
};

// References: what they name must outlive the operation.
struct UploadContext
{
    JobContext jobs;
    const AcceptOptions& options;
    CpuPool& pool;  // reads the list
    // For each piece that is read or written; the deadline of `jobs` is of looking up the service and the template.
    seconds step{30};
};

// A job to be, and who sends it.
struct JobWish
{
    JobId id;  // the caller makes it: make_uuid_v7(now)
    ServiceId service_id;
    TemplateId template_id;
    std::string file_name;          // as people know it
    std::optional<Uuid> sender_id;  // an sms sender or a reply-to; empty: the default
    KeyType key_type = KeyType::normal;
    std::optional<ApiKeyId> api_key_id;
    std::optional<UserId> created_by_id;
    std::optional<Instant> scheduled_for;
    std::optional<JobId> original_job_id;         // whose bad rows these are, corrected
    std::optional<std::int32_t> rows_per_second;  // from its first message on; empty: as fast as it goes
    std::size_t max_rows = kMostJobRows;
    std::size_t max_bytes = 8UL << 30;
};

// What a job is drafted with: the service and the current version of the template, if the service may send with it now.
// not_found, "No result found": no such service or template. forbidden: "Create job is not allowed: service is
// inactive ". bad_request: "Template has been deleted"; a sender that the service does not have. channel_not_allowed.
Task<Result<JobSender>> find_wish_sender(JobContext context, JobWish wish);
// The job of it so far; `sender` by find_wish_sender.
Job job_of(const JobWish& wish, const JobSender& sender);

// How the list is read for it.
RecipientListOptions wish_list_options(const JobSender& sender, const JobWish& wish, const AcceptOptions& options);

struct ListSurvey
{
    std::int32_t rows = 0;
    std::int32_t bad_rows = 0;         // of their own; what drafting refuses besides is known once the job is at work
    std::optional<ListError> error;    // set: nothing of it can be sent
    std::vector<std::string> columns;  // its header line. Whatever the list begins with: for its owner, not for a log
};

// Reads the list to its end, or to its error. not_found: it cannot be opened.
Task<Result<ListSurvey>> survey_list(ListSource& list, RecipientListOptions options, CpuPool& pool);
// Nothing, or bad_request: why it cannot be sent at all; where columns are missing, `more` says which it has.
Result<void> judge_survey(const ListSurvey& survey);

struct UploadedJob
{
    Job job;
    ListSurvey survey;
};

// Errors: those of find_wish_sender, survey_list, check_schedule and add_job. Nothing of it is left then. Throws as
// Database and ObjectStore do; what may be left of it is an object that belongs to no job, removed with the old ones.
Task<Result<UploadedJob>> upload_job(UploadContext context, JobWish wish, ListSource& list);

}  // namespace herald
