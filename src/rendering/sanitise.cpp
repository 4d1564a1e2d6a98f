#include "rendering/sanitise.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_set>

#include "rendering/personalisation.hpp"
#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

constexpr std::string_view kMarkdownCharacters = "`*_()\\{}[]<>#+-.!|";

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_plain_domain_character(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool starts_with_scheme(std::string_view text, std::string_view scheme)
{
    return text.size() >= scheme.size() && std::ranges::equal(text.substr(0, scheme.size()), scheme, [](char a, char b)
                                                              { return (is_letter(a) ? (a | 0x20) : a) == b; });
}

struct Host
{
    std::size_t end = 0;   // past the top-level domain; 0 when there is none
    std::size_t stop = 0;  // where the search gave up: nothing before it can begin an address either
};

// Past the letters, digits, underscores and hyphens at `at`.
std::size_t skip_label(std::string_view text, std::size_t at)
{
    while (at < text.size())
    {
        auto next = at;
        const auto c = next_code_point(text, next);
        if (!is_word(c) && c != '-') break;
        at = next;
    }
    return at;
}

// Past the top-level domain that the label at `at` begins with: 2 to 63 ASCII letters, then the end of a word, and no
// "@". Or 0.
std::size_t skip_top_level_domain(std::string_view text, std::size_t at)
{
    constexpr std::size_t kShortest = 2;
    constexpr std::size_t kLongest = 63;
    auto end = at;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end - at < kShortest || end - at > kLongest) return 0;
    auto after = end;
    const auto c = end < text.size() ? next_code_point(text, after) : U' ';
    return is_word(c) || c == '@' ? 0 : end;
}

// Labels with a dot after each, then a top-level domain; the longest such host counts.
Host find_host(std::string_view text, std::size_t at)
{
    Host host;
    while (true)
    {
        const auto label_end = skip_label(text, at);
        const bool dot = label_end < text.size() && text[label_end] == '.';
        host.stop = label_end;
        if (label_end == at || !dot) return host;
        at = label_end + 1;
        if (const auto end = skip_top_level_domain(text, at); end > 0) host.end = end;
    }
}

// Past the path, query or fragment, if there is one.
std::size_t skip_path(std::string_view text, std::size_t at)
{
    if (at >= text.size() || (text[at] != '/' && text[at] != '?' && text[at] != '#')) return at;
    while (at < text.size() && text[at] != '<')
    {
        auto next = at;
        if (is_white_space(next_code_point(text, next))) break;
        at = next;
    }
    return at;
}

std::string without_addresses(std::string_view text)
{
    std::string out;
    char32_t before = ' ';
    std::size_t hopeless_until = 0;
    for (std::size_t at = 0; at < text.size();)
    {
        auto next = at;
        const auto c = next_code_point(text, next);
        if (at >= hopeless_until && is_word(c) && !is_word(before) && before != '@' && before != '.')
        {
            const auto rest = text.substr(at);
            const std::size_t scheme = starts_with_scheme(rest, "https://")  ? 8
                                       : starts_with_scheme(rest, "http://") ? 7
                                                                             : 0;
            const auto host = find_host(text, at + scheme);
            if (host.end > 0)
            {
                const auto address = text.substr(at, skip_path(text, host.end) - at);
                if (std::ranges::all_of(address, is_plain_domain_character))
                {
                    for (const char part : address) out += part == '.' ? std::string(". ") : std::string(1, part);
                }
                at += address.size();
                before = 'a';
                continue;
            }
            hopeless_until = scheme == 0 ? host.stop : at + 1;
        }
        out.append(text.substr(at, next - at));
        before = c;
        at = next;
    }
    return out;
}

// nullopt when nothing changed.
std::optional<json::value> sanitised(const json::value& value)
{
    if (const auto* const text = value.if_string())
    {
        auto clean = sanitise_text(*text);
        return std::string_view(*text) == clean ? std::nullopt : std::optional<json::value>(json::string(clean));
    }
    const auto* const list = value.if_array();
    if (list == nullptr) return std::nullopt;
    json::array clean;
    bool changed = false;
    for (const auto& item : *list)
    {
        auto replaced = item.is_string() ? sanitised(item) : std::nullopt;
        changed = changed || replaced.has_value();
        clean.push_back(replaced ? std::move(*replaced) : item);
    }
    return changed ? std::optional<json::value>(std::move(clean)) : std::nullopt;
}

}  // namespace

std::string sanitise_text(std::string_view text)
{
    const auto plain = without_addresses(text);
    std::string out;
    out.reserve(plain.size());
    for (const char c : plain)
    {
        if (kMarkdownCharacters.find(c) != std::string_view::npos) out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

SanitisedPersonalisation sanitise_personalisation(const json::object& values, std::span<const std::string> names)
{
    std::unordered_set<std::string> keys;
    for (const auto& name : names) keys.insert(normalise_key(name));

    SanitisedPersonalisation result;
    result.values = values;
    for (auto& [name, value] : result.values)
    {
        if (!keys.contains(normalise_key(name))) continue;
        if (auto clean = sanitised(value))
        {
            result.changed[name] = {{"unsanitised", value}, {"sanitised", *clean}};
            value = std::move(*clean);
        }
    }
    return result;
}

}  // namespace herald::rendering
