#include "rendering/html.hpp"

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

void append_escaped(std::string& out, std::string_view text, std::string_view special)
{
    while (true)
    {
        const auto at = text.find_first_of(special);
        out += text.substr(0, at);
        if (at == std::string_view::npos) return;
        out += entity(text[at]);
        text.remove_prefix(at + 1);
    }
}

}  // namespace

void append_html_text(std::string& out, std::string_view text)
{
    append_escaped(out, text, "&<>");
}

void append_html_attribute(std::string& out, std::string_view text)
{
    append_escaped(out, text, "&<>\"'");
}

}  // namespace herald::rendering
