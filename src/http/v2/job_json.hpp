// A job as the public API shows it: the members of cds-snc/notification-api's answer to POST /v2/notifications/bulk.
#pragma once

#include "base/json.hpp"
#include "domain/jobs/job.hpp"
#include "operations/service_context.hpp"

namespace herald::http::v2
{

// `created_by` is left null: its name is not with the job.
json::object job_json(const Job& job, const ServiceContext& owner);

}  // namespace herald::http::v2
