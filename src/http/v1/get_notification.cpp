// GET /notifications/{notification_id}
//
// Security: the read is scoped by service (and walled by row security), so another tenant's id is a 404, never a 403.

#include "http/v1/handlers.hpp"
#include "http/v1/notification_json.hpp"

namespace herald::http::v1
{

Task<Response> get_notification(Request& request, Context& context)
{
    const auto id = request.path_id<NotificationId>("notification_id");
    if (!id) co_return route_not_found_response();
    const ServiceId service = request.principal.service->service().id;
    const LocalDate today = context.zone.date_of(context.clock.now());
    auto row = co_await context.notifications.find(service, *id, today, request.deadline);
    if (!row) co_return internal_error_response(404, "No result found");
    auto shown = co_await notification_json(std::move(*row), service, context, request.deadline);
    if (!shown) co_return error_response(shown.error(), ErrorShape::internal);
    const json::object answer{{"data", {{"notification", std::move(*shown)}}}};
    co_return json_response(200, answer);
}

}  // namespace herald::http::v1
