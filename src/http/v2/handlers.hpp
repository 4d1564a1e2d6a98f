// The handlers of the public API, each defined in the file of its name; v2/routes.cpp is the table.
#pragma once

#include <span>

#include "http/server/route.hpp"

namespace herald::http::v2
{

Handler post_sms, post_email, post_unknown_type;  // post_notification.cpp
Handler post_bulk;                                // post_bulk.cpp
Handler get_notification, list_notifications;     // get_notification.cpp, list_notifications.cpp
Handler cancel_notification;                      // cancel_notification.cpp
Handler get_job;                                  // get_job.cpp
Handler list_changes;                             // list_changes.cpp
Handler get_template, get_template_version, preview_template, list_templates;  // templates.cpp
Handler list_received_texts;                                                   // received_text_messages.cpp

std::span<const Route> routes();
// Answers for what the API does not have: routed, but no part of it (api/openapi.json).
std::span<const Route> fallback_routes();

}  // namespace herald::http::v2
