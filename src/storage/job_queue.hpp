// Jobs in line for the processes that work on them: what JobWorker asks of the database. Belongs to the Loop of its
// Database.
//
// A claim is a lease with a fencing number, by the clock of the database. Each call that names a claim gives false, or
// nothing, when somebody else has the job by now, or it was paused or cancelled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/jobs/job.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct ClaimedJob
{
    Job job;
    std::int64_t fence = 0;
    std::int32_t next_segment = 1;
};

// A job whose queued messages are to be put aside, let go or ended.
struct TendedJob
{
    Job job;
    bool is_sweeping = false;  // what is queued has not been put aside yet
    Instant tend_at{};         // the mark of this round
};

struct ReleasedMessages
{
    std::int64_t count = 0;
    bool has_more = false;
};

class JobQueue
{
public:
    explicit JobQueue(pg::Database& database) : database_(database) {}

    // The jobs that are due, in turns of their services.
    Task<std::vector<ClaimedJob>> claim(std::int32_t most, Uuid holder, seconds lease, Deadline deadline);
    // Takes `rows` from the service's daily limit, or none. in_progress or sending_limits_exceeded.
    Task<std::optional<JobStatus>> start(ClaimedJob claimed, std::int32_t rows, std::int64_t message_limit, Instant now,
                                         Deadline deadline);
    Task<bool> renew(ClaimedJob claimed, seconds lease, Deadline deadline);
    // To the end of the line; `only_if_others_wait`: false when nobody does, and the job stays.
    Task<bool> give_back(ClaimedJob claimed, bool only_if_others_wait, Deadline deadline);
    // What it did not use of the daily limit is given back.
    Task<bool> end(ClaimedJob claimed, JobStatus status, std::string reason, Instant now, Deadline deadline);
    Task<std::int32_t> count_retry_rows(Job job, Deadline deadline);
    // The next rows of the job's generation that are to be sent again, from `from` on.
    Task<std::vector<std::int32_t>> list_retry_rows(Job job, std::int32_t from, std::int32_t most, Deadline deadline);

    Task<std::vector<TendedJob>> take_to_tend(std::int32_t most, Deadline deadline);
    // The next round, or none; `is_swept`: what was queued has been put aside.
    Task<> tend_again(TendedJob tended, std::optional<milliseconds> in, bool is_swept, Deadline deadline);
    // How many; each at most `most`.
    Task<std::int64_t> hold_messages(Job job, std::int32_t most, Deadline deadline);
    Task<ReleasedMessages> release_messages(Job job, std::int32_t most, Deadline deadline);
    Task<std::int64_t> cancel_held_messages(Job job, std::int32_t most, Instant now, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
