// The body of a request to v1 or the internal API, which ask for its Content-Type. Words: the family's wire contract.
#pragma once

#include "base/json.hpp"
#include "http/server/request.hpp"

namespace herald::http
{

// bad_request: not said to be JSON, or not JSON.
Result<json::value> read_json_body(const Request& request);

}  // namespace herald::http
