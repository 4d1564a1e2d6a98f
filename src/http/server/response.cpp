#include "http/server/response.hpp"

namespace herald::http
{

Response json_response(int status, const json::value& value)
{
    return json_text_response(status, to_wire(value));
}

Response json_text_response(int status, std::string wire)
{
    return {status, std::move(wire), std::string(kJsonType)};
}

Response empty_response(int status)
{
    Response response;
    response.status = status;
    return response;
}

Response text_response(int status, std::string text)
{
    return {status, std::move(text), std::string(kTextType)};
}

Response html_response(int status, std::string html)
{
    return {status, std::move(html), std::string(kHtmlType)};
}

}  // namespace herald::http
