// The one place that turns an Error, or an exception, into a response.
//
// Kind of error → status and the class that v2 clients see (validation.md, section 2):
//   validation 400 ValidationError · bad_request, channel_not_allowed, recipient_not_allowed 400 BadRequestError ·
//   invalid_email 400 InvalidEmailError · invalid_phone 400 InvalidPhoneError · unauthenticated 401 AuthError ·
//   forbidden 403 AuthError · not_found 404 NoResultFound · method_not_allowed 405 MethodNotAllowed · conflict 409
//   ConflictError · too_large 413 RequestEntityTooLarge · idempotency_mismatch 422 IdempotencyError · too_many_requests
//   429 TooManyRequestsError · rate_limited 429 RateLimitError · internal 500 InternalServerError · unavailable 503
//   ServiceUnavailable
//
// Security: Error::detail and the text of an exception never reach a client. A 500 says "Internal server error" and
// nothing else. All functions are thread-safe.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "http/server/response.hpp"

namespace herald::http
{

enum class ErrorShape
{
    v2,        // {"status_code": n, "errors": [{"error": class, "message": text}, ...]}
    internal,  // {"result": "error", "message": text}; a validation error has the v2 shape here as well, as the family
               // does it
};

// The status alone.
int status_of(ErrorKind kind);

// Logs Error::detail (debug; internal errors at error level) when there is one. An empty message gets the kind's usual
// text.
Response error_response(const Error& error, ErrorShape shape);
// What failed authentication looks like: the internal shape wraps its text as {"message": {"token": [text]}}.
Response auth_error_response(const Error& error, ErrorShape shape);
// Internal shape with messages by field: {"result": "error", "message": {"to": ["Invalid phone number: ..."]}}.
Response field_error_response(int status, const std::vector<std::pair<std::string, std::vector<std::string>>>& fields);
// Internal shape with any status and text, for answers that no ErrorKind describes.
Response internal_error_response(int status, std::string_view message);

// For an exception that left a handler: 503 with Retry-After when the database or something behind it is away or late
// (pg::Unavailable, DeadlineExceeded), else 500. Logs type, trace id and route; for SQL errors only state and
// constraint, because the server's text quotes values.
Response exception_response(const std::exception_ptr& exception, ErrorShape shape, std::string_view trace_id,
                            std::string_view route);

// The answers of routing itself (validation.md, section 1). `allow` is the value of the Allow header.
Response route_not_found_response();
Response method_not_allowed_response(std::string_view allow);

}  // namespace herald::http
