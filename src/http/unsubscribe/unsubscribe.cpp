// GET and POST /unsubscribe/{token}
//
// A GET changes nothing: programs that check links in emails follow them. It shows a page whose button posts. A mail
// program posts by itself (RFC 8058, 3.2): the body List-Unsubscribe=One-Click, as a form of either kind, without
// cookies, and it follows no redirect.
//
// Security: the token is the only thing that is believed, and is checked before the database is asked. The pages load
// nothing, run nothing, may be framed by nobody, and tell nobody where they were. Nothing personal is on them: who has
// the link learns the name of the service.

#include "http/context.hpp"
#include "http/unsubscribe/handlers.hpp"
#include "http/unsubscribe/page.hpp"

namespace herald::http::unsubscribe
{

namespace
{

constexpr std::size_t kLongestBody = 2'048;
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

Response page_response(int status, std::string html)
{
    Response response = html_response(status, std::move(html));
    response.for_any_origin = false;
    response.headers.emplace_back("Content-Security-Policy", kPolicy);
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("X-Robots-Tag", "noindex");
    return response;
}

Response dead_link()
{
    return page_response(404, message_page("This link does not work",
                                           "It may have been cut off. Open it from the email once more, or ask the "
                                           "sender of the email to stop."));
}

Response failure_response(const Error& error)
{
    if (error.kind != ErrorKind::unavailable) return dead_link();
    Response response = page_response(503, message_page("Please try again", "We could not do this just now."));
    response.headers.emplace_back("Retry-After", "5");
    return response;
}

std::optional<UnsubscribeLink> link_of(const Request& request, const Context& context)
{
    return read_unsubscribe_token(context.keys, request.path_parameter("token").value_or(""));
}

// Of a form of either encoding: no field of another name is ever posted here, so both words are proof enough.
bool is_one_click(std::string_view body)
{
    return body.size() <= kLongestBody && body.find("List-Unsubscribe") != std::string_view::npos &&
           body.find("One-Click") != std::string_view::npos;
}

}  // namespace

Task<Response> get_confirmation(Request& request, Context& context)
{
    auto link = link_of(request, context);
    if (!link) co_return dead_link();
    const auto service = co_await context.unsubscribe.service_name(std::move(*link), request.deadline);
    if (!service) co_return failure_response(service.error());
    co_return page_response(200, confirmation_page(*service));
}

Task<Response> post_unsubscribe(Request& request, Context& context)
{
    auto link = link_of(request, context);
    if (!link) co_return dead_link();
    if (!is_one_click(request.body))
        co_return page_response(400, message_page("This is no unsubscription",
                                                  "The request has to say List-Unsubscribe=One-Click (RFC 8058)."));
    const auto service = co_await context.unsubscribe.unsubscribe(std::move(*link), request.deadline);
    if (!service) co_return failure_response(service.error());
    co_return page_response(200, done_page(*service));
}

}  // namespace herald::http::unsubscribe
