#include "http/server/response_head.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace herald::http
{

namespace
{

// On every response (the family's wire contract), the first ones with Response::for_any_origin only.
constexpr std::string_view kCrossOriginHeaders =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Headers: Content-Type,Authorization\r\n"
    "Access-Control-Allow-Methods: GET,PUT,POST,DELETE\r\n";
constexpr std::string_view kFixedHeaders = "X-Content-Type-Options: nosniff\r\n";

constexpr std::size_t kMaxEcho = 128;

std::string_view reason(int status)
{
    switch (status)
    {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        default:
            return "Unknown";
    }
}

bool is_clean(std::string_view text)
{
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void append_number(std::string& out, std::size_t value)
{
    const fmt::format_int text(value);
    out.append(text.data(), text.size());
}

void append_field(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

std::string_view echo_of(const Request& request, std::string_view name)
{
    const auto value = request.header(name);
    return value && !value->empty() && value->size() <= kMaxEcho ? *value : "None";
}

}  // namespace

bool is_sendable(const Response& response)
{
    return is_clean(response.content_type) &&
           std::all_of(response.headers.begin(), response.headers.end(),
                       [](const auto& header) { return is_clean(header.first) && is_clean(header.second); });
}

bool has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void append_head(std::string& out, const Response& response, const Request& request, std::string_view date,
                 ConnectionHeader connection)
{
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(reason(response.status)).append("\r\n");
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    if (has_body(response.status))
    {
        out.append("Content-Length: ");
        append_number(out, response.body.size());
        out.append("\r\n");
    }
    if (response.for_any_origin) out.append(kCrossOriginHeaders);
    out.append(kFixedHeaders);
    append_field(out, "X-B3-TraceId", echo_of(request, "X-B3-TraceId"));
    append_field(out, "X-B3-SpanId", echo_of(request, "X-B3-SpanId"));
    append_field(out, "Date", date);
    for (const auto& [name, value] : response.headers) append_field(out, name, value);
    if (connection == ConnectionHeader::close) out.append("Connection: close\r\n");
    if (connection == ConnectionHeader::keep_alive) out.append("Connection: keep-alive\r\n");
    out.append("\r\n");
}

std::string format_http_date(Instant instant)
{
    constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

}  // namespace herald::http
