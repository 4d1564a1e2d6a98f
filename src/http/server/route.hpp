// One row of a route table. A folder of handlers has one table (routes.cpp):
//
//   constexpr Route kRoutes[] = {
//       {Method::get, "/v2/notifications/{id}", Auth::service_key, ErrorShape::v2, get_notification},
//   };
//
// Auth and shape have no default: leaving one out does not compile.
#pragma once

#include <string_view>

#include "http/server/errors.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"
#include "runtime/task.hpp"

namespace herald::http
{

// What handlers work with: defined by the composition root (http/context.hpp). The server only passes it on.
struct Context;

// Declared as `Handler get_notification;`, defined as `Task<Response> get_notification(Request& request, Context&
// context)`. Both outlive the coroutine. An exception becomes a 500 or 503 (errors.hpp).
using Handler = Task<Response>(Request&, Context&);
using HandlerPtr = Handler*;

enum class Auth
{
    none,
    service_key,      // a service's API key (v1, v2)
    internal_client,  // the admin app
    signed_link,      // the path is signed: whoever has the link may, and the handler checks it before anything else
    sns_signed,       // a message of Amazon SNS: its signature covers the body
};

// Strangers may ask: nobody has to say who he is.
constexpr bool is_anonymous(Auth auth)
{
    return auth == Auth::none || auth == Auth::signed_link;
}

struct Route
{
    Route() = delete;
    constexpr Route(Method m, std::string_view pattern, Auth a, ErrorShape s, HandlerPtr h)
        : method(m), path(pattern), auth(a), shape(s), handler(h)
    {
    }

    Method method;
    // Literal segments and {name}, {name:uuid}, {name:int}; a parameter is a whole segment. Must outlive the router (a
    // literal).
    std::string_view path;
    Auth auth;
    ErrorShape shape;
    HandlerPtr handler;
};

}  // namespace herald::http
