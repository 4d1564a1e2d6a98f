#include "http/internal/handlers.hpp"

namespace herald::http::internal
{

namespace
{

constexpr Route route(Method method, std::string_view path, HandlerPtr handler)
{
    return {method, path, Auth::internal_client, ErrorShape::internal, handler};
}

constexpr Route kRoutes[] = {
    route(Method::get, "/service/{service_id:uuid}/contact-list", list_contact_lists),
    route(Method::post, "/service/{service_id:uuid}/contact-list", create_contact_list),
    route(Method::get, "/service/{service_id:uuid}/contact-list/{contact_list_id:uuid}", get_contact_list),
    route(Method::del, "/service/{service_id:uuid}/contact-list/{contact_list_id:uuid}", delete_contact_list),
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

}  // namespace herald::http::internal
