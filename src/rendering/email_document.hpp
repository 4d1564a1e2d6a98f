// The HTML document around the body of an email: head, hidden preheader, branding, one column of 580 pixels.
//
// Laid out with tables and style attributes, since mail clients honour little else; no script, no outside style, no
// picture but the organisation's logo.
//
// Security: everything given is escaped, but for `body`, which is HTML already. A colour that is not #rrggbb and a logo
// that is not a plain https address are left out.
//
// Pure functions; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "rendering/email.hpp"

namespace herald::rendering
{

struct DocumentParts
{
    std::string_view subject;
    std::string_view preheader;
    std::string_view body;  // HTML
};

std::string wrap_in_document(const DocumentParts& parts, const Branding& branding);

// #rrggbb
bool is_colour(std::string_view text);

// An https address of printable ASCII without quotes, brackets and spaces.
bool is_logo_address(std::string_view text);

}  // namespace herald::rendering
