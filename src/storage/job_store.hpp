// Jobs as they are stored. Belongs to the Loop of its Database.
//
// What a person wants of a job (pause, resume, slow, cancel, retry) is one statement here, which takes effect with its
// commit; JobWorker does the rest. operations/manage_jobs.hpp is what callers want.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/jobs/job.hpp"
#include "storage/notification_store.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct JobCount
{
    NotificationStatus status = NotificationStatus::created;
    std::int64_t count = 0;
};

struct JobFilter
{
    std::optional<Instant> created_from;
    std::vector<JobStatus> statuses;  // empty: all
    std::optional<Uuid> contact_list_id;
};

struct JobPage
{
    std::vector<Job> jobs;
    bool has_more = false;
    std::int64_t total = 0;  // exact up to JobStore::kCountedExactly
};

struct ScheduledJobs
{
    std::int64_t count = 0;
    std::optional<Instant> soonest;
};

struct RefusedRow
{
    std::int32_t row_number = 0;
    std::string reason;  // sentences, parted by "; "
};

struct JobNotificationsPage
{
    std::vector<NotificationRow> rows;
    bool has_more = false;
};

class JobStore
{
public:
    static constexpr std::int64_t kCountedExactly = 10'000;

    explicit JobStore(pg::Database& database) : database_(database) {}

    // conflict: the service has a job of that id.
    Task<Result<void>> add(Job job, Deadline deadline);
    // nullopt: the service has no such job.
    Task<std::optional<Job>> find(ServiceId service, JobId id, Deadline deadline);
    // In the wire's order: what has not begun first, then by processing_started, newest first. `page` from 1.
    Task<JobPage> page(ServiceId service, JobFilter filter, std::int64_t page, std::int32_t page_size,
                       Deadline deadline);
    Task<ScheduledJobs> scheduled(ServiceId service, Deadline deadline);

    // How many messages of each job have which status, by the ledger: exact, and a matter of milliseconds. Jobs without
    // any are left out.
    Task<std::map<JobId, std::vector<JobCount>>> statistics(ServiceId service, std::vector<JobId> jobs,
                                                            Deadline deadline);
    // The job's messages in the order of their rows, those of a retry behind the others. `page` from 1; `statuses`
    // empty: all. Contents are purged after retention: `sealed` is then empty, and the row is left out when `today` is
    // past its purge date.
    Task<JobNotificationsPage> notifications(ServiceId service, JobId id, std::vector<NotificationStatus> statuses,
                                             std::int64_t page, std::int32_t page_size, LocalDate today,
                                             Deadline deadline);
    // The next bad rows behind `after` (-1: from the first), by row number.
    Task<std::vector<RefusedRow>> refused_rows(ServiceId service, JobId id, std::int32_t after, std::int32_t most,
                                               Deadline deadline);

    // Each: false when the job is not in a state in which it can be done, or is not there.
    Task<bool> pause(ServiceId service, JobId id, Instant now, Deadline deadline);
    Task<bool> resume(ServiceId service, JobId id, Instant now, Deadline deadline);
    // Empty: as fast as it goes.
    Task<bool> slow(ServiceId service, JobId id, std::optional<std::int32_t> rows_per_second, Instant now,
                    Deadline deadline);
    // A job that is over before its messages are can be cancelled, too: what has not left does not leave.
    // `only_scheduled`: as the wire has it, a job that is scheduled for later and no other.
    Task<bool> cancel(ServiceId service, JobId id, bool only_scheduled, Instant now, Deadline deadline);
    // Puts the rows whose newest message has failed for good in line again: how many; 0: none, or the job is at work.
    Task<std::int64_t> retry_failed(ServiceId service, JobId id, Instant now, Deadline deadline);

private:
    Task<bool> change(pg::Statement statement, pg::Params params, Deadline deadline);

    pg::Database& database_;
};

}  // namespace herald
