#include "http/server/dispatcher.hpp"

#include "http/server/errors.hpp"

namespace herald::http
{

Task<Response> Dispatcher::dispatch(Request& request) const
{
    const Router::Match match = router_.match(request.method, request.path, request.path_parameters);
    if (match.outcome == Router::Outcome::not_found) co_return route_not_found_response();
    if (match.outcome == Router::Outcome::method_not_allowed)
    {
        co_return method_not_allowed_response(Router::allow_header(match.allowed));
    }
    request.route = match.route;

    std::exception_ptr failure;
    try
    {
        co_return co_await answer(match, request);
    }
    catch (...)
    {
        failure = std::current_exception();
    }
    co_return exception_response(failure, match.route->shape, request.trace_id, match.route->path);
}

Task<Response> Dispatcher::answer(Router::Match match, Request& request) const
{
    const Route& route = *match.route;
    if (route.auth != Auth::none)
    {
        auto principal = co_await authenticator_.authenticate(route.auth, request);
        if (!principal) co_return auth_error_response(principal.error(), route.shape);
        request.principal = std::move(*principal);
    }
    if (match.automatic)
    {
        Response response = html_response(200, {});
        response.headers.emplace_back("Allow", Router::allow_header(match.allowed));
        co_return response;
    }
    co_return co_await route.handler(request, context_);
}

}  // namespace herald::http
