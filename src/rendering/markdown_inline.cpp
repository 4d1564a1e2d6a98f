#include "rendering/markdown_inline.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include "rendering/stand_ins.hpp"

namespace herald::rendering
{

namespace
{

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum class Role : unsigned char
{
    plain,    // has no meaning to cmark, or the same as here
    depends,  // on what is around it
    never,    // has a meaning to cmark and none here
};

constexpr std::array<Role, 256> kRoles = []
{
    std::array<Role, 256> roles{};
    for (const char c : std::string_view("*_`<>~|")) roles[static_cast<unsigned char>(c)] = Role::never;
    for (const char c : std::string_view("\n\"'\\[]!&:#+-=.)")) roles[static_cast<unsigned char>(c)] = Role::depends;
    return roles;
}();

// "&amp;" or "&#39;", as far as the length goes.
bool begins_entity(std::string_view text)
{
    constexpr std::size_t kLongest = 34;
    const auto end = text.substr(0, kLongest).find_first_of("; \n&", 1);
    return end != std::string_view::npos && end > 1 && text[end] == ';';
}

// Which brackets of a paragraph may make a link: cmark spends a node on each that it is shown, so it is shown no other.
class LinkBrackets
{
public:
    LinkBrackets(std::string_view text, bool has_definitions)
    {
        if (!text.contains("](") && !(has_definitions && text.contains(']'))) return;
        live_.resize(text.size());
        const auto last_close = text.find_last_of(')');
        std::vector<std::size_t> open;
        std::size_t last_open = 0;
        for (std::size_t at = 0; at < text.size(); ++at)
        {
            if (escapes(text, at))
                ++at;
            else if (text[at] == '[')
                open.push_back(last_open = at);
            else if (text[at] == ']' && !open.empty())
            {
                const auto start = open.back();
                open.pop_back();
                const auto next = text.substr(at + 1, 1);
                const bool inline_link = next == "(" && last_close != std::string_view::npos && last_close > at;
                const bool reference = has_definitions && (next == "[" || last_open == start);
                live_[start] = live_[at] = inline_link || reference;
                any_ = any_ || live_[at];
            }
        }
    }

    bool any() const { return any_; }
    bool live(std::size_t at) const { return at < live_.size() && live_[at]; }

    static bool escapes(std::string_view text, std::size_t at)
    {
        return text[at] == '\\' && at + 1 < text.size() && is_mark(text[at + 1]);
    }

private:
    std::vector<bool> live_;
    bool any_ = false;
};

}  // namespace

void append_literal(std::string& out, std::string_view text)
{
    for (const char c : text)
    {
        if (is_mark(c))
            append_stand_in(out, c);
        else
            out.push_back(c);
    }
}

void append_inline(std::string& out, std::string_view text, bool has_definitions)
{
    constexpr std::string_view kNotFirst = "#+-=";
    const LinkBrackets brackets(text, has_definitions);
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    for (std::size_t at = 0; at < text.size(); ++at)
    {
        const char c = text[at];
        if (kRoles[static_cast<unsigned char>(c)] == Role::plain && at != digits)
        {
            out.push_back(c);
            continue;
        }
        const bool begins_block = (at == 0 && kNotFirst.contains(c)) ||
                                  (at > 0 && at == digits && (c == '.' || c == ')')) ||
                                  (at > 0 && c == ':' && text[at - 1] == ']');
        const bool idle_bracket =
            ((c == '[' || c == ']') && !brackets.live(at)) || (c == '!' && !brackets.live(at + 1));
        const bool idle_ampersand = c == '&' && !begins_entity(text.substr(at));
        if (c == '\n' || (!brackets.any() && (c == '"' || c == '\'')))
            append_hidden(out, c);
        else if (LinkBrackets::escapes(text, at))
            append_stand_in(out, text[++at]);
        else if (begins_block || idle_bracket || idle_ampersand || kRoles[static_cast<unsigned char>(c)] == Role::never)
            append_stand_in(out, c);
        else
            out.push_back(c);
    }
}

}  // namespace herald::rendering
