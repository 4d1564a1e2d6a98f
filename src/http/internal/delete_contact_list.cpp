// DELETE /service/{service_id}/contact-list/{contact_list_id}: the list and its file.

#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"

namespace herald::http::internal
{

Task<Response> delete_contact_list(Request& request, Context& context)
{
    const auto owner = co_await service_of(request, context);
    const auto id = request.path_id<ContactListId>("contact_list_id");
    if (!owner || !id) co_return no_result();
    const auto deleted =
        co_await herald::delete_contact_list(contact_list_context(request, context), owner->service(), *id);
    if (!deleted) co_return error_response(deleted.error(), ErrorShape::internal);
    co_return empty_response(204);
}

}  // namespace herald::http::internal
