// Files of recipients whose job is over go when its messages' contents would. Belongs to the Loop of its Database and
// object store.
#pragma once

#include "base/clock.hpp"
#include "objects/object_store.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// By the local day `today`: removes the files of jobs past the retention of their service and channel, then says so of
// the jobs (archived_at). A job that has yet to end keeps its file. Whoever is killed in between removes the file once
// more, which is no error. A file that cannot be removed is logged and left for the next run. How many jobs.
// `objects` null: std::runtime_error when there is a file to remove.
Task<std::int64_t> archive_past_jobs(pg::Database& database, ObjectStore* objects, const TimeZone& zone,
                                     LocalDate today, Instant now, std::int32_t batch, Deadline deadline);

}  // namespace herald
