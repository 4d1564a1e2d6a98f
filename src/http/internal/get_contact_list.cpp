// GET /service/{service_id}/contact-list/{contact_list_id}

#include "http/internal/contact_list_json.hpp"
#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"

namespace herald::http::internal
{

Task<Response> get_contact_list(Request& request, Context& context)
{
    const auto owner = co_await service_of(request, context);
    const auto id = request.path_id<ContactListId>("contact_list_id");
    if (!owner || !id) co_return no_result();
    const auto list = co_await herald::find_contact_list(contact_list_context(request, context), owner->service(), *id);
    if (!list) co_return error_response(list.error(), ErrorShape::internal);
    co_return json_response(200, contact_list_json(*list, owner->service().id));
}

}  // namespace herald::http::internal
