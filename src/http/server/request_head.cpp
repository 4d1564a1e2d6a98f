#include "http/server/request_head.hpp"

#include <algorithm>

#include "base/trace_context.hpp"
#include "http/server/target.hpp"

namespace herald::http
{

namespace
{

constexpr std::size_t kMaxTraceId = 64;

bool is_plain_id(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxTraceId &&
           std::all_of(text.begin(), text.end(),
                       [](char c)
                       {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                  c == '-' || c == '_';
                       });
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Each proxy appends the peer it saw, so only the last entry is the word of our own.
std::string_view last_item(std::string_view list)
{
    const auto comma = list.rfind(',');
    return trim(comma == std::string_view::npos ? list : list.substr(comma + 1));
}

bool is_address(std::string_view text)
{
    return !text.empty() && text.size() <= 45 &&
           std::all_of(text.begin(), text.end(),
                       [](char c)
                       {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                                  c == '.' || c == ':';
                       });
}

bool set_base_url(Request& request, std::string_view authority, const HeadOptions& options)
{
    std::string_view host = authority;
    const auto header = request.header("Host");
    if (request.headers.count("Host") > 1) return false;
    if (!header && !options.is_http_1_0) return false;
    if (header && !is_valid_host(*header)) return false;
    if (host.empty()) host = header ? *header : options.fallback_host;
    if (!is_valid_host(host)) return false;

    const bool https = options.trust_proxy_headers && request.header("X-Forwarded-Proto") == "https";
    request.base_url.assign(https ? "https://" : "http://").append(host).push_back('/');
    return true;
}

// A caller's own kind of id is told back to it, too.
void set_trace_id(Request& request)
{
    const auto told = request.header("X-B3-TraceId").value_or("");
    if (is_plain_id(told)) return void(request.trace_id.assign(told));
    request.trace_id = read_b3(request.header("b3").value_or(""));
    if (request.trace_id.empty()) request.trace_id = read_traceparent(request.header("traceparent").value_or(""));
    if (request.trace_id.empty()) request.trace_id = make_trace_id();
}

}  // namespace

bool complete_head(Request& request, const HeadOptions& options)
{
    const auto parts = split_target(request.target);
    if (!parts || !set_base_url(request, parts->authority, options)) return false;
    if (!decode_path(parts->path, request.path)) request.path.clear();
    if (!decode_query(parts->query, request.query)) return false;

    request.remote_address.assign(options.peer_address);
    if (options.trust_proxy_headers)
    {
        const auto forwarded = last_item(request.header("X-Forwarded-For").value_or(""));
        if (is_address(forwarded)) request.remote_address.assign(forwarded);
    }
    set_trace_id(request);
    return true;
}

}  // namespace herald::http
