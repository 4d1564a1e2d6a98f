#include "rendering/html.hpp"

#include <algorithm>
#include <cstddef>

namespace herald::rendering
{

namespace
{

std::string_view entity(char c)
{
    switch (c)
    {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        default:
            return "&#39;";
    }
}

template <typename IsSpecial>
void append_escaped(std::string& out, std::string_view text, IsSpecial is_special)
{
    while (true)
    {
        const auto* const special = std::ranges::find_if(text, is_special);
        out.append(text.begin(), special);
        if (special == text.end()) return;
        out += entity(*special);
        text.remove_prefix(static_cast<std::size_t>(special - text.begin()) + 1);
    }
}

bool is_special_in_text(char c)
{
    return c == '&' || c == '<' || c == '>';
}

}  // namespace

void append_html_text(std::string& out, std::string_view text)
{
    append_escaped(out, text, is_special_in_text);
}

void append_html_attribute(std::string& out, std::string_view text)
{
    append_escaped(out, text, [](char c) { return is_special_in_text(c) || c == '"' || c == '\''; });
}

}  // namespace herald::rendering
