// Jobs as the internal API shows them.
#pragma once

#include <vector>

#include "http/context.hpp"
#include "operations/manage_jobs.hpp"

namespace herald::http::internal
{

// With the names of authors and templates, which are read together. Jobs of one service.
Task<json::array> jobs_json(std::vector<JobReport> reports, ServicePtr owner, Context& context, Deadline deadline);
Task<json::object> job_json(JobReport report, ServicePtr owner, Context& context, Deadline deadline);

}  // namespace herald::http::internal
