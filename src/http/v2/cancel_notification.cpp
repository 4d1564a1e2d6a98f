// POST /v2/notifications/{notification_id}/cancel: of a message that is scheduled for later (not in the family's API)
//
// Security: scoped by service and by the type of the key, so a test key takes back none that goes to people.

#include "operations/cancel_notification.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/notification_json.hpp"

namespace herald::http::v2
{

Task<Response> cancel_notification(Request& request, Context& context)
{
    const auto id = request.path_id<NotificationId>("notification_id");
    if (!id) co_return error_response(not_a_uuid("notification_id"), ErrorShape::v2);
    const ServiceId service = request.principal.service->service().id;
    const auto cancelled = co_await herald::cancel_notification(
        context.database, service, *id, request.principal.key->type, context.clock.now(), request.deadline);
    if (!cancelled) co_return error_response(cancelled.error(), ErrorShape::v2);
    co_return co_await get_notification(request, context);
}

}  // namespace herald::http::v2
