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
    route(Method::get, "/service/{service_id:uuid}/job", list_jobs),
    route(Method::post, "/service/{service_id:uuid}/job", create_job),
    route(Method::get, "/service/{service_id:uuid}/job/scheduled-job-stats", get_scheduled_jobs),
    route(Method::get, "/service/{service_id:uuid}/job/{job_id}", get_job),
    route(Method::post, "/service/{service_id:uuid}/job/{job_id}/cancel", cancel_job),
    route(Method::get, "/service/{service_id:uuid}/job/{job_id}/notification_count", count_job_messages),
    route(Method::get, "/service/{service_id:uuid}/job/{job_id}/notifications", list_job_notifications),
    route(Method::get, "/service/{service_id:uuid}/upload", list_uploads),
};

}  // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

}  // namespace herald::http::internal
