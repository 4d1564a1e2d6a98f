// Routing, authentication, the handler, errors: what happens between a parsed request and its response.
#pragma once

#include "http/server/authenticator.hpp"
#include "http/server/router.hpp"
#include "http/server/server.hpp"

namespace herald::http
{

// Order (validation.md, section 1): 404 and 405 come before auth; OPTIONS passes through the route's auth and is then
// answered with an empty 200 and Allow. Never throws. Belongs to one loop; holds references to its collaborators, which
// must outlive it.
class Dispatcher
{
public:
    Dispatcher(const Router& router, Authenticator& authenticator, Context& context)
        : router_(router), authenticator_(authenticator), context_(context)
    {
    }

    // Sets request.route, .path_parameters and .principal.
    Task<Response> dispatch(Request& request) const;
    // Routing and authentication alone, before the body is there: who may not ask cannot make the server hold a large
    // one, and who need not say who he is has kMaxAnonymousBody.
    Task<Admission> admit(Request& request) const;
    static constexpr std::size_t kMaxAnonymousBody = 512 * 1024;  // the largest that a route needs: SNS sends 256 KB

private:
    std::optional<Response> route(Request& request, Router::Match& match) const;
    Task<std::optional<Response>> authenticate(Request& request) const;
    Task<Response> answer(Router::Match match, Request& request) const;

    const Router& router_;
    Authenticator& authenticator_;
    Context& context_;
};

}  // namespace herald::http
