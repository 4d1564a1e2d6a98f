// How rows become a Job, for the stores that read them.
#pragma once

#include "domain/jobs/job.hpp"
#include "storage/pg/rows.hpp"

namespace herald
{

// Of a statement that gives all columns of jobs.
Job read_job(const pg::Rows& rows, std::size_t i);

}  // namespace herald
