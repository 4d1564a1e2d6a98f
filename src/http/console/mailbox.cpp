// GET /, /mailbox/list, /mailbox/{id}/email, and what the page is made with
//
// Security: there is no login here, so no answer may be read by another web site's scripts (Response::for_any_origin),
// and what a browser says was asked for by another site is not answered at all. The page loads from this server only.
// The HTML of an email has the strictest policy there is: sandboxed, no script, nothing from outside, on its own as
// well as in the page's frame.

#include <algorithm>

#include "embedded/files.hpp"
#include "http/console/mailbox_page.hpp"
#include "http/context.hpp"

namespace herald::http
{

namespace
{

constexpr std::size_t kShown = 100;
constexpr std::size_t kAll = 100'000;  // more than any mailbox holds

constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view kEmailPolicy =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'";

// Browsers say where a request comes from; other clients say nothing.
bool may_see(const Request& request, const Context& context)
{
    const auto site = request.header("Sec-Fetch-Site").value_or("none");
    return context.mailbox && (site == "none" || site == "same-origin");
}

Response guarded(Response response, std::string_view policy)
{
    response.for_any_origin = false;
    response.headers.emplace_back("Content-Security-Policy", policy);
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

Task<std::vector<MailboxItem>> read_mailbox(Request& request, Context& context)
{
    std::vector<MailboxItem> items;
    std::vector<std::pair<ServiceId, NotificationId>> known;
    for (auto& entry : context.mailbox(kShown))
    {
        if (entry.service_id) known.emplace_back(*entry.service_id, entry.id);
        items.push_back({std::move(entry), std::nullopt});
    }
    if (known.empty()) co_return items;
    for (auto& label : co_await context.notifications.labels(std::move(known), request.deadline))
    {
        const auto item = std::find_if(items.begin(), items.end(),
                                       [&label](const MailboxItem& one) { return one.entry.id == label.id; });
        item->label = MailboxLabel{std::move(label.service), std::move(label.template_name), label.template_version};
    }
    co_return items;
}

}  // namespace

Task<Response> get_mailbox_page(Request& request, Context& context)
{
    if (!may_see(request, context)) co_return route_not_found_response();
    const auto items = co_await read_mailbox(request, context);
    co_return guarded(html_response(200, mailbox_page(items, request.base_url)), kPagePolicy);
}

Task<Response> get_mailbox_list(Request& request, Context& context)
{
    if (!may_see(request, context)) co_return route_not_found_response();
    const auto items = co_await read_mailbox(request, context);
    co_return guarded(html_response(200, mailbox_list(items, request.base_url)), kPagePolicy);
}

Task<Response> get_mailbox_email(Request& request, Context& context)
{
    if (!may_see(request, context)) co_return route_not_found_response();
    const auto id = request.path_id<NotificationId>("notification_id");
    for (auto& entry : context.mailbox(kAll))
    {
        if (id && entry.id == *id && !entry.html.empty())
            co_return guarded(html_response(200, std::move(entry.html)), kEmailPolicy);
    }
    co_return route_not_found_response();
}

Task<Response> get_mailbox_style(Request& request, Context& context)
{
    if (!may_see(request, context)) co_return route_not_found_response();
    co_return guarded(Response(200, std::string(embedded::mailbox_css), "text/css; charset=utf-8"), kPagePolicy);
}

Task<Response> get_mailbox_script(Request& request, Context& context)
{
    if (!may_see(request, context)) co_return route_not_found_response();
    co_return guarded(Response(200, std::string(embedded::mailbox_js), "text/javascript; charset=utf-8"), kPagePolicy);
}

namespace
{

constexpr Route kRoutes[] = {
    {Method::get, "/", Auth::none, ErrorShape::internal, get_mailbox_page},
    {Method::get, "/mailbox/list", Auth::none, ErrorShape::internal, get_mailbox_list},
    {Method::get, "/mailbox/{notification_id:uuid}/email", Auth::none, ErrorShape::internal, get_mailbox_email},
    {Method::get, "/mailbox/mailbox.css", Auth::none, ErrorShape::internal, get_mailbox_style},
    {Method::get, "/mailbox/mailbox.js", Auth::none, ErrorShape::internal, get_mailbox_script},
};

}  // namespace

std::span<const Route> console_routes()
{
    return kRoutes;
}

}  // namespace herald::http
