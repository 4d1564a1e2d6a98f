// A notification as v1 shows it.
#pragma once

#include "base/json.hpp"
#include "http/context.hpp"

namespace herald::http::v1
{

// Reads the template version and opens the contents. An Error (internal) when either is impossible.
Task<Result<json::object>> notification_json(NotificationRow row, ServiceId service, Context& context,
                                             Deadline deadline);

}  // namespace herald::http::v1
