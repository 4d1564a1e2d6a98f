// A notification and a template as v2 shows them. Keys and null-ness: validation.md, section 5, and routes_diff.md for
// the fields of 2026.
#pragma once

#include <string>

#include "base/json.hpp"
#include "http/context.hpp"

namespace herald::http::v2
{

// Reads the template version and opens the contents. An Error (internal) when either is impossible.
Task<Result<json::object>> notification_json(NotificationRow row, ServiceId service, std::string base_url,
                                             Context& context, Deadline deadline);

json::object template_json(const TemplateContext& shown);

// The error for an id in the path or query that is no UUID: "<name> is not a valid UUID".
Error not_a_uuid(std::string_view name);

}  // namespace herald::http::v2
