// Errors that are expected outcomes, as values.
//
// A broken world (no database connection, a violated invariant) is an exception; "not found", "over the limit" or "not
// a phone number" is an Error inside a Result. What the caller of the API may read is `message`; what only the log may
// say is `detail`. One function maps an Error to the wire: http/server/errors.cpp.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace herald
{

// Each kind is one row of the table in http/server/errors.cpp (status code and the class name clients see).
enum class ErrorKind
{
    validation,             // 400 ValidationError: the request does not fit its schema
    bad_request,            // 400 BadRequestError: well-formed, but it cannot be done
    channel_not_allowed,    // 400 BadRequestError: the service may not send this at all
    recipient_not_allowed,  // 400 BadRequestError: a team key or a service in trial sends to its own people only
    invalid_email,          // 400 InvalidEmailError
    invalid_phone,          // 400 InvalidPhoneError
    unauthenticated,        // 401 AuthError: no usable token
    forbidden,              // 403 AuthError: a token that does not open this
    not_found,              // 404 NoResultFound
    method_not_allowed,     // 405
    conflict,               // 409 (Idempotency-Key in flight, duplicate name)
    too_large,              // 413
    idempotency_mismatch,   // 422
    too_many_requests,      // 429 TooManyRequestsError: the daily limit
    rate_limited,           // 429 RateLimitError
    internal,               // 500
    unavailable,            // 503: try again later (overload, no database)
};

struct Error
{
    ErrorKind kind = ErrorKind::internal;
    std::string message;            // for the caller; part of the protocol where validation.md lists it
    std::vector<std::string> more;  // further messages of the same kind (schema validation reports every field)
    std::string detail;             // for the log only; never personal data, never a secret

    Error() = default;
    Error(ErrorKind error_kind, std::string text) : kind(error_kind), message(std::move(text)) {}
};

template <class T>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

inline Failure fail(ErrorKind kind, std::string message)
{
    return Failure(Error(kind, std::move(message)));
}

}  // namespace herald
