// What v1 and v2 share when they take a message: the call, and the headers that tell about limits.
#pragma once

#include <functional>

#include "http/context.hpp"
#include "http/server/request.hpp"
#include "http/server/response.hpp"

namespace herald::http
{

// How an API shows a refusal.
using Refuse = std::function<Response(const Error&)>;

// Adds the Idempotency-Key and the body it is bound to (the request's body is moved out), hands the message over and
// answers 201 with what `serialise` made, or with `refuse`. Either way RateLimit-* say where the caller stands, and a
// 429 has Retry-After.
Task<Response> accept_message(MessageRequest message, AcceptNotification::Serialise serialise, Refuse refuse,
                              Request& request, Context& context);

}  // namespace herald::http
