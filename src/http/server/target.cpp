#include "http/server/target.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace herald::http
{

namespace
{

constexpr std::array<std::int8_t, 256> hex_values()
{
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (int digit = 0; digit < 10; ++digit)
        values[static_cast<std::size_t>('0' + digit)] = static_cast<std::int8_t>(digit);
    for (int digit = 0; digit < 6; ++digit)
    {
        values[static_cast<std::size_t>('a' + digit)] = static_cast<std::int8_t>(10 + digit);
        values[static_cast<std::size_t>('A' + digit)] = static_cast<std::int8_t>(10 + digit);
    }
    return values;
}
constexpr auto kHexValues = hex_values();

std::uint8_t byte_at(std::string_view text, std::size_t index)
{
    return static_cast<std::uint8_t>(text[index]);
}

// The escape at encoded[at] ("%41"), or -1.
int decode_escape(std::string_view encoded, std::size_t at)
{
    if (at + 2 >= encoded.size()) return -1;
    const int high = kHexValues[byte_at(encoded, at + 1)];
    const int low = kHexValues[byte_at(encoded, at + 2)];
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// The length of the UTF-8 sequence at `at`, or 0 when it is none: RFC 3629, table 3-7 of Unicode.
std::size_t sequence_length(std::string_view text, std::size_t at)
{
    const std::uint8_t lead = byte_at(text, at);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                               : lead >= 0xE0 && lead <= 0xEF ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    if (length == 0 || at + length > text.size()) return 0;

    const std::uint8_t second = byte_at(text, at + 1);
    const std::uint8_t lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;  // below: overlong
    const std::uint8_t highest = lead == 0xED   ? 0x9F
                                 : lead == 0xF4 ? 0x8F
                                                : 0xBF;  // above: a surrogate, or past U+10FFFF
    if (second < lowest || second > highest) return 0;
    for (std::size_t index = 2; index < length; ++index)
    {
        if ((byte_at(text, at + index) & 0xC0) != 0x80) return 0;
    }
    return length;
}

bool is_text(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();)
    {
        const std::size_t length = text[at] == '\0' ? 0 : sequence_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

bool decode_component(std::string_view encoded, std::string& decoded)
{
    decoded.clear();
    decoded.reserve(encoded.size());
    for (std::size_t at = 0; at < encoded.size(); ++at)
    {
        char next = encoded[at] == '+' ? ' ' : encoded[at];
        if (next == '%')
        {
            const int value = decode_escape(encoded, at);
            if (value < 0) return false;
            next = static_cast<char>(value);
            at += 2;
        }
        decoded.push_back(next);
    }
    return is_text(decoded);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix)
{
    if (text.size() < lower_prefix.size()) return false;
    return std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(), [](char expected, char given)
                      { return expected == (given >= 'A' && given <= 'Z' ? given + 32 : given); });
}

}  // namespace

std::optional<TargetParts> split_target(std::string_view target)
{
    TargetParts parts;
    if (!target.starts_with('/') && target != "*")
    {
        const std::size_t scheme = starts_with_ignoring_case(target, "http://")    ? 7
                                   : starts_with_ignoring_case(target, "https://") ? 8
                                                                                   : 0;
        if (scheme == 0) return std::nullopt;
        target.remove_prefix(scheme);
        const auto end = std::min(target.find_first_of("/?"), target.size());
        parts.authority = target.substr(0, end);
        if (parts.authority.empty()) return std::nullopt;
        target.remove_prefix(end);
    }
    const auto mark = target.find('?');
    parts.path = target.substr(0, mark);
    if (parts.path.empty()) parts.path = "/";
    if (mark != std::string_view::npos) parts.query = target.substr(mark + 1);
    return parts;
}

bool decode_path(std::string_view encoded, std::string& decoded)
{
    if (encoded.find('%') == std::string_view::npos)
    {
        decoded.assign(encoded);
        return is_text(decoded);
    }
    decoded.clear();
    for (std::size_t at = 0; at < encoded.size(); ++at)
    {
        char next = encoded[at];
        if (next == '%')
        {
            const int value = decode_escape(encoded, at);
            if (value < 0 || value == '/') return false;
            next = static_cast<char>(value);
            at += 2;
        }
        decoded.push_back(next);
    }
    return is_text(decoded);
}

bool decode_query(std::string_view encoded, Query& query)
{
    while (!encoded.empty())
    {
        const auto end = std::min(encoded.find('&'), encoded.size());
        const auto item = encoded.substr(0, end);
        encoded.remove_prefix(std::min(end + 1, encoded.size()));
        if (item.empty()) continue;
        if (query.items().size() == kMaxQueryItems) return false;

        const auto equals = item.find('=');
        std::string name;
        std::string value;
        if (!decode_component(item.substr(0, equals), name)) return false;
        if (equals != std::string_view::npos && !decode_component(item.substr(equals + 1), value)) return false;
        query.add(std::move(name), std::move(value));
    }
    return true;
}

bool is_valid_host(std::string_view host)
{
    if (host.empty() || host.size() > 255) return false;
    return std::all_of(host.begin(), host.end(),
                       [](char c)
                       {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                  c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
                       });
}

}  // namespace herald::http
