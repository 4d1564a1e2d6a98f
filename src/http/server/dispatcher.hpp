// Routing, authentication, the handler, errors: what happens between a parsed request and its response.
#pragma once

#include "http/server/authenticator.hpp"
#include "http/server/router.hpp"

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

private:
    Task<Response> answer(Router::Match match, Request& request) const;

    const Router& router_;
    Authenticator& authenticator_;
    Context& context_;
};

}  // namespace herald::http
