#include "http/server/errors.hpp"

#include <typeinfo>

#include <cxxabi.h>

#include "base/log.hpp"
#include "runtime/task.hpp"
#include "storage/pg/database.hpp"

namespace herald::http
{

namespace
{

struct KindRow
{
    int status;
    std::string_view v2_class;
    std::string_view usual_text;  // when the Error has none
};

// What a client is told to wait, in seconds, when the server cannot work just now.
constexpr std::string_view kRetryAfter = "1";

KindRow row_of(ErrorKind kind)
{
    switch (kind)
    {
        case ErrorKind::validation:
            return {400, "ValidationError", "Bad request"};
        case ErrorKind::bad_request:
        case ErrorKind::channel_not_allowed:
        case ErrorKind::recipient_not_allowed:
            return {400, "BadRequestError", "Bad request"};
        case ErrorKind::invalid_email:
            return {400, "InvalidEmailError", "Not a valid email address"};
        case ErrorKind::invalid_phone:
            return {400, "InvalidPhoneError", "Not a valid phone number"};
        case ErrorKind::unauthenticated:
            return {401, "AuthError", "Unauthorized: authentication token must be provided"};
        case ErrorKind::forbidden:
            return {403, "AuthError", "Forbidden"};
        case ErrorKind::not_found:
            return {404, "NoResultFound", "No result found"};
        case ErrorKind::method_not_allowed:
            return {405, "MethodNotAllowed", "The method is not allowed for the requested URL."};
        case ErrorKind::conflict:
            return {409, "ConflictError", "Conflict"};
        case ErrorKind::too_large:
            return {413, "RequestEntityTooLarge", "Request body is too large"};
        case ErrorKind::idempotency_mismatch:
            return {422, "IdempotencyError", "Idempotency-Key was used for another request"};
        case ErrorKind::too_many_requests:
            return {429, "TooManyRequestsError", "Exceeded send limits"};
        case ErrorKind::rate_limited:
            return {429, "RateLimitError", "Exceeded rate limit"};
        case ErrorKind::internal:
            return {500, "InternalServerError", "Internal server error"};
        case ErrorKind::unavailable:
            return {503, "ServiceUnavailable", "Service temporarily unavailable"};
    }
    return {500, "InternalServerError", "Internal server error"};
}

// An internal error's message is for people who read code, so nobody outside sees it.
std::string_view text_of(const Error& error, const KindRow& row)
{
    return error.message.empty() || error.kind == ErrorKind::internal ? row.usual_text
                                                                      : std::string_view(error.message);
}

Response v2_response(const Error& error, const KindRow& row)
{
    json::array errors;
    errors.emplace_back(json::object{{"error", row.v2_class}, {"message", text_of(error, row)}});
    if (error.kind != ErrorKind::internal)
    {
        for (const auto& message : error.more)
        {
            errors.emplace_back(json::object{{"error", row.v2_class}, {"message", message}});
        }
    }
    return json_response(row.status, json::object{{"status_code", row.status}, {"errors", std::move(errors)}});
}

void log_detail(const Error& error)
{
    if (error.kind == ErrorKind::internal)
    {
        log::error("internal error", {{"reason", error.message}, {"detail", error.detail}});
    }
    else if (!error.detail.empty())
    {
        log::debug("request refused", {{"status", status_of(error.kind)}, {"detail", error.detail}});
    }
}

std::string type_name(const std::exception& exception)
{
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(typeid(exception).name(), nullptr, nullptr, &status), std::free);
    return status == 0 ? name.get() : typeid(exception).name();
}

Response unavailable_response(ErrorShape shape)
{
    return error_response(Error(ErrorKind::unavailable, {}), shape);
}

}  // namespace

int status_of(ErrorKind kind)
{
    return row_of(kind).status;
}

Response error_response(const Error& error, ErrorShape shape)
{
    log_detail(error);
    const KindRow row = row_of(error.kind);
    const bool as_v2 = shape == ErrorShape::v2 || error.kind == ErrorKind::validation;
    Response response = as_v2 ? v2_response(error, row) : internal_error_response(row.status, text_of(error, row));
    if (error.kind == ErrorKind::unavailable) response.headers.emplace_back("Retry-After", kRetryAfter);
    return response;
}

Response auth_error_response(const Error& error, ErrorShape shape)
{
    const bool is_auth = error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::forbidden;
    if (shape == ErrorShape::v2 || !is_auth) return error_response(error, shape);

    log_detail(error);
    const KindRow row = row_of(error.kind);
    return field_error_response(row.status, {{"token", {std::string(text_of(error, row))}}});
}

Response field_error_response(int status, const std::vector<std::pair<std::string, std::vector<std::string>>>& fields)
{
    json::object messages;
    for (const auto& [field, texts] : fields)
    {
        messages[field] = json::array(texts.begin(), texts.end());
    }
    return json_response(status, json::object{{"result", "error"}, {"message", std::move(messages)}});
}

Response internal_error_response(int status, std::string_view message)
{
    return json_response(status, json::object{{"result", "error"}, {"message", message}});
}

Response exception_response(const std::exception_ptr& exception, ErrorShape shape, std::string_view trace_id,
                            std::string_view route)
{
    try
    {
        std::rethrow_exception(exception);
    }
    catch (const pg::Unavailable& error)
    {
        log::warning("request failed: no database",
                     {{"trace_id", trace_id}, {"route", route}, {"reason", error.what()}});
        return unavailable_response(shape);
    }
    catch (const DeadlineExceeded& error)
    {
        log::warning("request failed: too late", {{"trace_id", trace_id}, {"route", route}, {"reason", error.what()}});
        return unavailable_response(shape);
    }
    catch (const pg::SqlError& error)
    {
        log::error("request failed: statement refused", {{"trace_id", trace_id},
                                                         {"route", route},
                                                         {"statement", error.statement},
                                                         {"sqlstate", error.sqlstate},
                                                         {"constraint", error.constraint}});
    }
    catch (const std::exception& error)
    {
        const std::string type = type_name(error);
        log::error("request failed: exception",
                   {{"trace_id", trace_id}, {"route", route}, {"type", type}, {"reason", error.what()}});
    }
    catch (...)
    {
        log::error("request failed: unknown exception", {{"trace_id", trace_id}, {"route", route}});
    }
    const KindRow row = row_of(ErrorKind::internal);
    return shape == ErrorShape::v2 ? v2_response(Error(ErrorKind::internal, {}), row)
                                   : internal_error_response(row.status, row.usual_text);
}

Response route_not_found_response()
{
    return internal_error_response(
        404,
        "The requested URL was not found on the server. If you entered the URL manually please check "
        "your spelling and try again.");
}

Response method_not_allowed_response(std::string_view allow)
{
    Response response = internal_error_response(405, row_of(ErrorKind::method_not_allowed).usual_text);
    response.content_type = kHtmlType;  // as the family does it, around JSON text
    response.headers.emplace_back("Allow", allow);
    return response;
}

}  // namespace herald::http
