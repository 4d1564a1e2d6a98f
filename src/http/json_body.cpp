#include "http/json_body.hpp"

namespace herald::http
{

namespace
{

constexpr std::string_view kNotJson =
    "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.";

}  // namespace

Result<json::value> read_json_body(const Request& request)
{
    if (!request.has_json_content_type()) return fail(ErrorKind::bad_request, std::string(kNotJson));
    auto body = parse_json(request.body);
    if (body) return body;
    auto error = body.error();
    error.message = "Failed to decode JSON object: " + error.detail;
    return Failure(std::move(error));
}

}  // namespace herald::http
