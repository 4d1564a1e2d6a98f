// JSON from outside and to the wire, on Boost.JSON.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/error.hpp"

namespace herald
{

namespace json = boost::json;

struct JsonLimits
{
    std::size_t max_depth = 32;
    // What comes from outside is bounded where it comes in (http.max_body_bytes), and what we stored ourselves is not.
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();
};

// Strict RFC 8259 and the rules of this API: valid UTF-8, no trailing text, nesting within limits, no key twice in one
// object. A NUL (\u0000) inside any string or key is refused too: PostgreSQL text cannot hold it. The Error is
// bad_request with `message` "Invalid JSON supplied in POST data"; `detail` says where.
Result<json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

// Compact, object keys sorted, non-ASCII as \u escapes, a newline at the end: byte for byte what the family sends.
std::string to_wire(const json::value& value);

}  // namespace herald
