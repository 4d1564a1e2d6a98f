#include "http/v1/handlers.hpp"

namespace herald::http
{

namespace
{

constexpr Route kRoutes[] = {
    {Method::post, "/notifications/{notification_type}", Auth::service_key, ErrorShape::internal, v1_post_notification},
    {Method::get, "/notifications/{notification_id:uuid}", Auth::service_key, ErrorShape::internal,
     v1_get_notification},
    {Method::get, "/notifications", Auth::service_key, ErrorShape::internal, v1_list_notifications},
};

}  // namespace

std::span<const Route> v1_routes()
{
    return kRoutes;
}

}  // namespace herald::http
