#include "http/server/errors.hpp"

#include <gtest/gtest.h>

#include "runtime/task.hpp"
#include "storage/pg/database.hpp"

namespace herald::http
{
namespace
{

std::string header_of(const Response& response, std::string_view name)
{
    for (const auto& [key, value] : response.headers)
    {
        if (key == name) return value;
    }
    return {};
}

template <class Exception>
Response after(const Exception& exception, ErrorShape shape)
{
    return exception_response(std::make_exception_ptr(exception), shape, "trace", "/route");
}

TEST(ErrorResponse, lists_every_message_in_the_v2_shape)
{
    Error error(ErrorKind::validation, "template_id is a required property");
    error.more = {"phone_number is a required property"};
    const auto response = error_response(error, ErrorShape::v2);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(
        response.body,
        "{\"errors\":[{\"error\":\"ValidationError\",\"message\":\"template_id is a required property\"},"
        "{\"error\":\"ValidationError\",\"message\":\"phone_number is a required property\"}],\"status_code\":400}\n");
}

TEST(ErrorResponse, has_a_status_and_a_class_for_every_kind)
{
    const std::vector<std::tuple<ErrorKind, int, std::string>> expected = {
        {ErrorKind::validation, 400, "ValidationError"},
        {ErrorKind::bad_request, 400, "BadRequestError"},
        {ErrorKind::channel_not_allowed, 400, "BadRequestError"},
        {ErrorKind::recipient_not_allowed, 400, "BadRequestError"},
        {ErrorKind::invalid_email, 400, "InvalidEmailError"},
        {ErrorKind::invalid_phone, 400, "InvalidPhoneError"},
        {ErrorKind::unauthenticated, 401, "AuthError"},
        {ErrorKind::forbidden, 403, "AuthError"},
        {ErrorKind::not_found, 404, "NoResultFound"},
        {ErrorKind::method_not_allowed, 405, "MethodNotAllowed"},
        {ErrorKind::conflict, 409, "ConflictError"},
        {ErrorKind::too_large, 413, "RequestEntityTooLarge"},
        {ErrorKind::idempotency_mismatch, 422, "IdempotencyError"},
        {ErrorKind::too_many_requests, 429, "TooManyRequestsError"},
        {ErrorKind::rate_limited, 429, "RateLimitError"},
        {ErrorKind::internal, 500, "InternalServerError"},
        {ErrorKind::unavailable, 503, "ServiceUnavailable"},
    };
    for (const auto& [kind, status, name] : expected)
    {
        const auto response = error_response(Error(kind, "text"), ErrorShape::v2);
        EXPECT_EQ(response.status, status);
        EXPECT_NE(response.body.find("\"error\":\"" + name + "\""), std::string::npos) << name;
    }
}

TEST(ErrorResponse, uses_the_plain_shape_for_the_internal_api)
{
    EXPECT_EQ(error_response(Error(ErrorKind::not_found, {}), ErrorShape::internal).body,
              "{\"message\":\"No result found\",\"result\":\"error\"}\n");
}

TEST(ErrorResponse, uses_the_v2_shape_for_schema_failures_of_the_internal_api)
{
    EXPECT_EQ(error_response(Error(ErrorKind::validation, "x is a required property"), ErrorShape::internal).body,
              "{\"errors\":[{\"error\":\"ValidationError\",\"message\":\"x is a required "
              "property\"}],\"status_code\":400}\n");
}

TEST(ErrorResponse, never_shows_detail_or_the_message_of_an_internal_error)
{
    Error error(ErrorKind::internal, "row 7 of secret_table");
    error.detail = "password=hunter2";
    error.more = {"more secrets"};
    for (const auto shape : {ErrorShape::v2, ErrorShape::internal})
    {
        const auto body = error_response(error, shape).body;
        EXPECT_EQ(body.find("secret"), std::string::npos);
        EXPECT_EQ(body.find("hunter2"), std::string::npos);
        EXPECT_NE(body.find("Internal server error"), std::string::npos);
    }
}

TEST(ErrorResponse, says_when_to_come_back_when_unavailable)
{
    EXPECT_EQ(header_of(error_response(Error(ErrorKind::unavailable, {}), ErrorShape::v2), "Retry-After"), "1");
}

TEST(AuthErrorResponse, names_the_token_in_the_internal_shape_only)
{
    const Error error(ErrorKind::forbidden, "Invalid token: API key not found");
    const auto internal = auth_error_response(error, ErrorShape::internal);
    EXPECT_EQ(internal.status, 403);
    EXPECT_EQ(internal.body, "{\"message\":{\"token\":[\"Invalid token: API key not found\"]},\"result\":\"error\"}\n");
    EXPECT_EQ(auth_error_response(error, ErrorShape::v2).body,
              "{\"errors\":[{\"error\":\"AuthError\",\"message\":\"Invalid token: API key not "
              "found\"}],\"status_code\":403}\n");
}

TEST(FieldErrorResponse, lists_messages_by_field)
{
    EXPECT_EQ(field_error_response(400, {{"to", {"Invalid phone number: Not enough digits"}}}).body,
              "{\"message\":{\"to\":[\"Invalid phone number: Not enough digits\"]},\"result\":\"error\"}\n");
}

TEST(ExceptionResponse, is_a_503_when_something_behind_is_away_or_late)
{
    for (const auto shape : {ErrorShape::v2, ErrorShape::internal})
    {
        const auto away = after(pg::Unavailable("connection to 10.0.0.1 refused"), shape);
        EXPECT_EQ(away.status, 503);
        EXPECT_EQ(header_of(away, "Retry-After"), "1");
        EXPECT_EQ(away.body.find("10.0.0.1"), std::string::npos);
        EXPECT_EQ(after(DeadlineExceeded("get_service"), shape).status, 503);
    }
}

TEST(ExceptionResponse, is_a_500_without_the_exceptions_text_otherwise)
{
    const auto response = after(std::runtime_error("secret"), ErrorShape::v2);
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body,
              "{\"errors\":[{\"error\":\"InternalServerError\",\"message\":\"Internal server "
              "error\"}],\"status_code\":500}\n");
    EXPECT_EQ(after(pg::SqlError("23505", "key", "Key (to)=(a@b.c)"), ErrorShape::internal).body,
              "{\"message\":\"Internal server error\",\"result\":\"error\"}\n");
    EXPECT_EQ(after(42, ErrorShape::internal).status, 500);
}

TEST(RoutingErrors, are_the_familys_word_for_word)
{
    EXPECT_EQ(route_not_found_response().status, 404);
    EXPECT_EQ(route_not_found_response().body,
              "{\"message\":\"The requested URL was not found on the server. If you entered the URL manually please "
              "check your "
              "spelling and try again.\",\"result\":\"error\"}\n");
    const auto response = method_not_allowed_response("GET, HEAD, OPTIONS");
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(response.body,
              "{\"message\":\"The method is not allowed for the requested URL.\",\"result\":\"error\"}\n");
}

}  // namespace
}  // namespace herald::http
