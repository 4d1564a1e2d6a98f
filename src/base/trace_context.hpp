// Which request a message, and what comes of it, belongs to: the trace ids of B3 (openzipkin/b3-propagation) and of W3C
// (Trace Context level 1). We carry the id of the trace and make a new span for each call; how a trace is sampled is
// its first caller's to say. Pure; thread-safe. A trace id is no secret and may be logged.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace herald
{

// 16 or 32 hex digits, not all of them 0.
bool is_trace_id(std::string_view text);
// The trace id of a `traceparent` header; empty: it is not one.
std::string read_traceparent(std::string_view header);
// The trace id of a `b3` header; empty: it is not one, or only says whether to sample.
std::string read_b3(std::string_view header);
// 32 hex digits.
std::string make_trace_id();
// What a call in this trace carries: X-B3-TraceId, X-B3-SpanId, X-B3-Sampled and traceparent. None when it is no trace
// id.
std::vector<std::pair<std::string, std::string>> trace_headers(std::string_view trace_id);

}  // namespace herald
