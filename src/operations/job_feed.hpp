// A job's file as batches of messages that are ready to be written: read as it comes, drafted on a CpuPool in slices,
// in constant memory however long the file is. Belongs to one Loop.
//
// Security: the file comes from outside; domain/recipient_lists bounds what it can cost. Reasons never hold a value.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/recipient_lists/recipient_list.hpp"
#include "objects/object_store.hpp"
#include "operations/draft_notification.hpp"
#include "operations/service_context.hpp"
#include "runtime/cpu_pool.hpp"
#include "storage/job_queue.hpp"
#include "storage/job_store.hpp"

namespace herald
{

// What one process does of a job without a break: the messages written in it have ids of one millisecond.
struct JobSegment
{
    std::int32_t number = 1;
    Instant started_at{};
    bool is_new = true;  // no batch of it has been written yet
};

struct JobBatch
{
    JobSegment segment;
    std::int32_t first_row = 0;  // where the job stood before
    std::int32_t next_row = 0;   // where it stands after
    std::vector<NewNotification> messages;
    std::vector<RefusedRow> refused;
};

// What drafting a job's rows needs besides the rows. Outlives the feed.
struct JobDesk
{
    const KeyRing& keys;
    const Clock& clock;
    const TimeZone& zone;
    const AcceptOptions& options;
    CpuPool& pool;
    std::size_t batch_rows = 1000;
    seconds segment{30};
};

// A job's service and template, as of the claim.
struct JobSender
{
    ServicePtr service;
    TemplatePtr from_template;
};

// As what and when a row is drafted.
struct JobRowSlot
{
    NotificationId id;
    Instant at{};
};

// The one judge of a row, for jobs and their plans: its message, or an Error whose message is a sentence (several are
// parted by "; "). recipient_not_allowed: the row is good, but its recipient is not one of the service's own people.
// Pure; thread-safe.
Result<DraftNotification> draft_job_row(const JobDesk& desk, const JobSender& sender, const Job& job, RecipientRow row,
                                        JobRowSlot slot);

// How a file is read for a job. `sender` outlives the options.
RecipientListOptions job_list_options(const JobSender& sender, const Job& job, const AcceptOptions& options);

// Reads the whole file and sends nothing of it: how many rows it has, or a sentence that says why nothing can be sent
// (not_found: it is gone). `still_ours` is asked after each piece; false ends it (conflict).
Task<Result<std::int32_t>> survey_job_file(ObjectStore& objects, const JobDesk& desk, const JobSender& sender, Job job,
                                           std::function<Task<bool>()> still_ours);

class JobFeed
{
public:
    // `claimed.job.next_row` is where it goes on.
    JobFeed(const JobDesk& desk, JobQueue& queue, ObjectStore& objects, JobSender sender, ClaimedJob claimed);

    // The next batch; nullopt at the end. An Error (a sentence) when the file is gone or cannot be read.
    Task<Result<std::optional<JobBatch>>> next();

private:
    Task<Result<void>> open();
    Task<Result<void>> read_more();
    Task<> find_wanted();
    void draft_slice();
    void draft(RecipientRow row, std::int32_t number);
    [[nodiscard]] bool is_wanted(std::int32_t number);
    void begin_batch();

    const JobDesk& desk_;
    JobQueue& queue_;
    ObjectStore& objects_;
    const JobSender sender_;
    const ClaimedJob claimed_;
    RecipientListReader list_;
    std::unique_ptr<ObjectReader> object_;
    JobSegment segment_;
    JobBatch batch_;
    std::int32_t position_;  // rows before it are done
    bool needs_bytes_ = true;
    bool is_at_end_ = false;  // of the bytes
    bool has_ended_ = false;
    std::deque<std::int32_t> wanted_;  // of a retry: the next rows to be sent again
    bool wants_no_more_ = false;       // of a retry: wanted_ holds the last of them
};

}  // namespace herald
