// Smart quotes, dashes and the spaces around punctuation, as the family sets them: smartypants' rules for quotes,
// hyphens between spaces become en dashes, blanks before a comma or full stop go away, and an email address keeps its
// straight apostrophes. No line break is lost to a dash (notifications-utils, template.py: do_nice_typography).
// A text may hold stand-ins (rendering/stand_ins.hpp): they are left alone, so escaped quotes stay straight.
//
// Pure functions; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace herald::rendering
{

struct TypographyContext
{
    char32_t before = 0;       // the character before the text, 0 for none
    char32_t after = 0;        // the one behind it
    bool keep_quotes = false;  // straight quotes stay
};

std::string set_typography(std::string_view text, const TypographyContext& context = {});

}  // namespace herald::rendering
