// What a handler answers.
//
// The server adds Content-Length, Date, Access-Control-*, X-B3-*, X-Content-Type-Options and Connection by itself
// (the family's wire contract).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace herald::http
{

struct Response
{
    int status = 200;
    std::string body;
    std::string content_type;  // empty: no Content-Type header
    // Further headers, in order. A name or value with CR, LF or NUL is never sent: the server answers 500 instead.
    std::vector<std::pair<std::string, std::string>> headers;

    // Scripts of any web site may read it (Access-Control-Allow-Origin: *), as the family's API has it. Not for pages
    // that a browser gets without a token.
    bool for_any_origin = true;

    Response() = default;
    Response(int code, std::string text, std::string type)
        : status(code), body(std::move(text)), content_type(std::move(type))
    {
    }
};

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kHtmlType = "text/html; charset=utf-8";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";

// Keys sorted, \u escapes, newline at the end: base/json to_wire.
Response json_response(int status, const json::value& value);
// For a body that is already in wire form.
Response json_text_response(int status, std::string wire);
Response empty_response(int status);
Response text_response(int status, std::string text);
Response html_response(int status, std::string html);

}  // namespace herald::http
