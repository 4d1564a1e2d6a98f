// Request targets: percent-decoding of paths and query strings.
//
// Security: an attacker chooses every byte. Decoded text is valid UTF-8 (no overlong forms, no surrogates) without NUL,
// and an encoded slash never becomes a separator, so what a proxy in front has checked is what gets routed.
#pragma once

#include <string>
#include <string_view>

#include "http/server/request.hpp"

namespace herald::http
{

// The parts of a request target, still encoded.
struct TargetParts
{
    std::string_view authority;  // of an absolute-form target (http://host/path), else empty
    std::string_view path;       // starts with "/", or is "*"
    std::string_view query;      // after the first "?", without it
};

// Origin form, absolute form (http or https) or "*". nullopt for anything else.
std::optional<TargetParts> split_target(std::string_view target);

// False when no route could mean this path: a bad escape, an encoded slash or NUL, or bytes that are not UTF-8.
bool decode_path(std::string_view encoded, std::string& decoded);

// application/x-www-form-urlencoded: "+" is a space, empty items ("a&&b") are skipped. False for a bad escape, NUL or
// bytes that are not UTF-8, and for more than kMaxQueryItems items.
inline constexpr std::size_t kMaxQueryItems = 1000;
bool decode_query(std::string_view encoded, Query& query);

// A host, or host:port, of characters that may be shown in a URL.
bool is_valid_host(std::string_view host);

}  // namespace herald::http
