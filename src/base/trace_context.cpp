#include "base/trace_context.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/random.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kSpanDigits = 16;
constexpr std::size_t kTraceDigits = 32;

bool is_hex(std::string_view text)
{
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string random_hex(std::size_t digits)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, kTraceDigits> random{};
    fill_random(random.data(), digits);
    std::string text(digits, '0');
    for (std::size_t i = 0; i < digits; ++i) text[i] = kDigits[random[i] & 15U];
    text.front() = '1';  // never all zeros
    return text;
}

}  // namespace

bool is_trace_id(std::string_view text)
{
    return (text.size() == kSpanDigits || text.size() == kTraceDigits) && is_hex(text) &&
           text.find_first_not_of('0') != std::string_view::npos;
}

// 00-<trace>-<span>-<flags>; a later version may go on behind another dash. Lower case only.
std::string read_traceparent(std::string_view header)
{
    constexpr std::size_t kSize = 2 + 1 + kTraceDigits + 1 + kSpanDigits + 1 + 2;
    if (header.size() < kSize || (header.size() > kSize && header[kSize] != '-')) return {};
    const auto version = header.substr(0, 2);
    const auto trace = header.substr(3, kTraceDigits);
    const auto span = header.substr(4 + kTraceDigits, kSpanDigits);
    if (!is_hex(version) || version == "ff" || (version == "00" && header.size() != kSize)) return {};
    if (header[2] != '-' || header[3 + kTraceDigits] != '-' || header[kSize - 3] != '-') return {};
    if (!is_trace_id(trace) || !is_trace_id(span) || !is_hex(header.substr(kSize - 2, 2))) return {};
    const auto known = header.substr(0, kSize);
    return lower(known) == known ? std::string(trace) : std::string();
}

// <trace>-<span>[-<sampled>[-<parent>]]
std::string read_b3(std::string_view header)
{
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) return {};
    const auto trace = header.substr(0, dash);
    const auto rest = header.substr(dash + 1);
    const auto span = rest.substr(0, rest.find('-'));
    if (!is_trace_id(trace) || span.size() != kSpanDigits || !is_trace_id(span)) return {};
    return lower(trace);
}

std::string make_trace_id()
{
    return random_hex(kTraceDigits);
}

std::vector<std::pair<std::string, std::string>> trace_headers(std::string_view trace_id)
{
    std::vector<std::pair<std::string, std::string>> headers;
    if (!is_trace_id(trace_id)) return headers;
    const std::string trace = lower(trace_id);
    const std::string span = random_hex(kSpanDigits);
    headers.emplace_back("X-B3-TraceId", trace);
    headers.emplace_back("X-B3-SpanId", span);
    headers.emplace_back("X-B3-Sampled", "1");
    headers.emplace_back("traceparent",
                         "00-" + std::string(kTraceDigits - trace.size(), '0') + trace + "-" + span + "-01");
    return headers;
}

}  // namespace herald
