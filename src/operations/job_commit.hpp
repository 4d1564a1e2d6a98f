// One batch of a job's rows, written. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <set>

#include "domain/notifications/lane.hpp"
#include "operations/job_feed.hpp"

namespace herald
{

struct JobOptions;

// In one transaction: the job's progress by compare and set, its segment if it is a new one, the messages, the refused
// rows. The lanes that have something to deliver now; nullopt: the job is somebody else's by now, paused or cancelled,
// and nothing was written. Throws as Database does; after Unavailable and DeadlineExceeded it may have been written.
Task<std::optional<std::set<Lane>>> commit_job_batch(pg::Database& database, const ClaimedJob& claimed, JobBatch& batch,
                                                     const JobOptions& options, Instant now);

// Leaves the first half of its messages in `batch`, and what belongs to them, and gives the rest.
JobBatch split_batch(JobBatch& batch);

}  // namespace herald
