// GET /service/{service_id}/contact-list: all of them, newest first.

#include "http/internal/contact_list_json.hpp"
#include "http/internal/handlers.hpp"
#include "http/internal/requests.hpp"

namespace herald::http::internal
{

Task<Response> list_contact_lists(Request& request, Context& context)
{
    json::array shown;
    const auto owner = co_await service_of(request, context);
    if (!owner) co_return json_response(200, shown);  // as the reference: who is not there has none
    const auto lists = co_await herald::list_contact_lists(contact_list_context(request, context), owner->service());
    for (const auto& list : lists) shown.push_back(contact_list_json(list, owner->service().id));
    co_return json_response(200, shown);
}

}  // namespace herald::http::internal
