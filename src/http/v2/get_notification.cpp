// GET /v2/notifications/{notification_id}
//
// Security: the read is scoped by service (and walled by row security), so another tenant's id is a 404, never a 403.

#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"

namespace herald::http::v2
{

Task<Response> get_notification(Request& request, Context& context)
{
    const auto id = request.path_id<NotificationId>("notification_id");
    if (!id) co_return error_response(not_a_uuid("notification_id"), ErrorShape::v2);
    const ServiceId service = request.principal.service->service().id;
    const LocalDate today = context.zone.date_of(context.clock.now());
    auto row = co_await context.notifications.find(service, *id, today, request.deadline);
    if (!row) co_return error_response(Error(ErrorKind::not_found, "No result found"), ErrorShape::v2);
    const auto shown =
        co_await notification_json(std::move(*row), service, request.base_url, context, request.deadline);
    if (!shown) co_return error_response(shown.error(), ErrorShape::v2);
    co_return json_response(200, *shown);
}

}  // namespace herald::http::v2
