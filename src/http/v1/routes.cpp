#include "http/v1/handlers.hpp"

namespace herald::http::v1
{

namespace
{

constexpr Route kRoutes[] = {
    {Method::post, "/notifications/{notification_type}", Auth::service_key, ErrorShape::internal, post_notification},
    {Method::get, "/notifications/{notification_id:uuid}", Auth::service_key, ErrorShape::internal, get_notification},
    {Method::get, "/notifications", Auth::service_key, ErrorShape::internal, list_notifications},
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

}  // namespace herald::http::v1
