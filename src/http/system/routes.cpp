#include "http/system/handlers.hpp"

namespace herald::http::system
{

namespace
{

constexpr Route kRoutes[] = {
    {Method::get, "/_status", Auth::none, ErrorShape::internal, get_status},
    {Method::post, "/_status", Auth::none, ErrorShape::internal, get_status},
    {Method::get, "/metrics", Auth::none, ErrorShape::internal, get_metrics},
    {Method::get, "/openapi.json", Auth::none, ErrorShape::internal, get_openapi},
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

}  // namespace herald::http::system
