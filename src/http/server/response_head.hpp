// The bytes of a response before its body.
#pragma once

#include <string>
#include <string_view>

#include "http/server/request.hpp"
#include "http/server/response.hpp"

namespace herald::http
{

enum class ConnectionHeader
{
    none,        // HTTP/1.1 that goes on
    keep_alive,  // HTTP/1.0 that goes on
    close,
};

// False when a header or the content type holds CR, LF or NUL: sending it would let the text of a header become a
// response of its own.
bool is_sendable(const Response& response);

// Whether this status has a body at all (1xx, 204 and 304 have none).
bool has_body(int status);

// Appends status line and headers. `request` supplies the X-B3 echoes; `date` is an IMF-fixdate.
void append_head(std::string& out, const Response& response, const Request& request, std::string_view date,
                 ConnectionHeader connection);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string format_http_date(Instant instant);

}  // namespace herald::http
