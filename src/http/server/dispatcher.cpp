#include "http/server/dispatcher.hpp"

#include "http/server/errors.hpp"

namespace herald::http
{

namespace
{

Response failure_response(const std::exception_ptr& failure, const Request& request)
{
    return exception_response(failure, request.route->shape, request.trace_id, request.route->path);
}

}  // namespace

Task<Response> Dispatcher::dispatch(Request& request) const
{
    Router::Match match;
    if (auto refused = route(request, match)) co_return std::move(*refused);
    std::exception_ptr failure;
    try
    {
        co_return co_await answer(match, request);
    }
    catch (...)
    {
        failure = std::current_exception();
    }
    co_return failure_response(failure, request);
}

Task<Admission> Dispatcher::admit(Request& request) const
{
    Admission admission;
    Router::Match match;
    admission.refusal = route(request, match);
    if (admission.refusal) co_return admission;
    const Auth auth = request.route->auth;
    if (is_anonymous(auth) || auth == Auth::sns_signed) admission.max_body_bytes = kMaxAnonymousBody;
    if (auth == Auth::sns_signed) co_return admission;  // who it is will be seen by the body alone
    std::exception_ptr failure;
    try
    {
        admission.refusal = co_await authenticate(request);
    }
    catch (...)
    {
        failure = std::current_exception();
    }
    if (failure) admission.refusal = failure_response(failure, request);
    co_return admission;
}

// nullopt: found, and request.route is set.
std::optional<Response> Dispatcher::route(Request& request, Router::Match& match) const
{
    match = router_.match(request.method, request.path, request.path_parameters);
    if (match.outcome == Router::Outcome::not_found) return route_not_found_response();
    if (match.outcome == Router::Outcome::method_not_allowed)
        return method_not_allowed_response(Router::allow_header(match.allowed));
    request.route = match.route;
    return std::nullopt;
}

// nullopt: the request may be answered, and request.principal is set.
Task<std::optional<Response>> Dispatcher::authenticate(Request& request) const
{
    const Route& route = *request.route;
    if (is_anonymous(route.auth)) co_return std::nullopt;
    auto principal = co_await authenticator_.authenticate(route.auth, request);
    if (!principal) co_return auth_error_response(principal.error(), route.shape);
    request.principal = std::move(*principal);
    co_return std::nullopt;
}

Task<Response> Dispatcher::answer(Router::Match match, Request& request) const
{
    if (auto refused = co_await authenticate(request)) co_return std::move(*refused);
    if (match.automatic)
    {
        Response response = html_response(200, {});
        response.headers.emplace_back("Allow", Router::allow_header(match.allowed));
        co_return response;
    }
    co_return co_await request.route->handler(request, context_);
}

}  // namespace herald::http
