// The public API: the one list of its routes. Adding an endpoint: docs/recipes/v2_endpoint.md.
#include "http/v2/handlers.hpp"

namespace herald::http::v2
{

namespace
{

constexpr Route kRoutes[] = {
    {Method::post, "/v2/notifications/sms", Auth::service_key, ErrorShape::v2, post_sms},
    {Method::post, "/v2/notifications/email", Auth::service_key, ErrorShape::v2, post_email},
    {Method::post, "/v2/notifications/bulk", Auth::service_key, ErrorShape::v2, post_bulk},
    {Method::get, "/v2/notifications/changes", Auth::service_key, ErrorShape::v2, list_changes},
    {Method::get, "/v2/notifications/{notification_id}", Auth::service_key, ErrorShape::v2, get_notification},
    {Method::post, "/v2/notifications/{notification_id}/cancel", Auth::service_key, ErrorShape::v2,
     cancel_notification},
    {Method::get, "/v2/notifications", Auth::service_key, ErrorShape::v2, list_notifications},
    {Method::get, "/v2/jobs/{job_id}", Auth::service_key, ErrorShape::v2, get_job},
    {Method::get, "/v2/template/{template_id}", Auth::service_key, ErrorShape::v2, get_template},
    {Method::get, "/v2/template/{template_id}/version/{version:int}", Auth::service_key, ErrorShape::v2,
     get_template_version},
    {Method::post, "/v2/template/{template_id}/preview", Auth::service_key, ErrorShape::v2, preview_template},
    {Method::get, "/v2/templates", Auth::service_key, ErrorShape::v2, list_templates},
    {Method::get, "/v2/received-text-messages", Auth::service_key, ErrorShape::v2, list_received_texts},
};

constexpr Route kFallbackRoutes[] = {
    {Method::post, "/v2/notifications/{notification_type}", Auth::service_key, ErrorShape::v2, post_unknown_type},
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

std::span<const Route> fallback_routes()
{
    return kFallbackRoutes;
}

}  // namespace herald::http::v2
