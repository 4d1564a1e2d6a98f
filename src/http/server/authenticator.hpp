// The seam between the server and whoever knows tokens (operations/, http/auth).
#pragma once

#include "base/error.hpp"
#include "http/server/request.hpp"
#include "http/server/route.hpp"
#include "runtime/task.hpp"

namespace herald::http
{

class Authenticator
{
public:
    virtual ~Authenticator() = default;

    // Called after routing and before the handler, never for is_anonymous ones. An Error (unauthenticated, forbidden,
    // unavailable) is the answer. Called on the server's loop, many at once. May throw like a handler.
    virtual Task<Result<Principal>> authenticate(Auth auth, const Request& request) = 0;
};

}  // namespace herald::http
