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

// 201 with what was made of it, or the refusal. Either way RateLimit-* say where the caller stands, and a 429 has
// Retry-After.
Response accepted_response(const Result<std::string>& answer, RateDecision rate, const Refuse& refuse, Instant now);

// Adds the Idempotency-Key and the body it is bound to (the request's body is moved out), hands the message over and
// answers with what `serialise` made, as accepted_response().
Task<Response> accept_message(MessageRequest message, AcceptNotification::Serialise serialise, Refuse refuse,
                              Request& request, Context& context);

}  // namespace herald::http
