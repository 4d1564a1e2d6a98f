// What follows from a request's line and headers: path, query, base URL, peer, trace id.
#pragma once

#include <string_view>

#include "http/server/request.hpp"

namespace herald::http
{

struct HeadOptions
{
    bool trust_proxy_headers = false;
    std::string_view peer_address;   // of the socket
    std::string_view fallback_host;  // for HTTP/1.0 without Host
    bool is_http_1_0 = false;
};

// Fills the derived fields from target and headers. False: malformed (400), which is a target in no known form, no Host
// or several of them, a Host with odd characters, or a query that does not decode. A path that does not decode becomes
// an empty path, which no route matches (404).
bool complete_head(Request& request, const HeadOptions& options);

}  // namespace herald::http
