#include "rendering/markdown_lines.hpp"

#include <algorithm>
#include <cstddef>

namespace herald::rendering
{

namespace
{

constexpr std::string_view kBullet = "\xE2\x80\xA2";

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

}  // namespace

std::string_view trim_spaces_left(std::string_view text)
{
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

std::string_view trim_spaces_right(std::string_view text)
{
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

bool is_rule(std::string_view text)
{
    return text.find_first_not_of("-*_ ") == std::string_view::npos &&
           std::ranges::count_if(text, [](char c) { return c != ' '; }) >= 3;
}

int underline_level(std::string_view line)
{
    const auto text = trim_spaces_left(line);
    if (text.empty() || text.find_first_not_of("=-") != std::string_view::npos) return 0;
    return text.back() == '=' ? 1 : 2;
}

std::optional<Heading> read_heading(std::string_view text)
{
    constexpr std::size_t kDeepest = 6;
    const auto marks = std::min(text.find_first_not_of('#'), text.size());
    if (marks == 0 || marks > kDeepest) return std::nullopt;
    auto words = trim_spaces_left(text.substr(marks));
    words = trim_spaces_right(words.substr(0, words.find_last_not_of('#') + 1));
    if (words.empty()) return std::nullopt;
    return Heading{static_cast<int>(marks), words};
}

std::optional<ListMark> read_list_mark(std::string_view text)
{
    std::size_t length = 0;
    bool ordered = false;
    if (text.starts_with(kBullet))
        length = kBullet.size();
    else if (text.starts_with('*') || text.starts_with('-'))
        length = 1;
    else
    {
        constexpr std::size_t kMostDigits = 9;
        while (length < text.size() && is_digit(text[length])) ++length;
        if (length == 0 || length > kMostDigits || text.substr(length, 1) != ".") return std::nullopt;
        ++length;
        ordered = true;
    }
    const auto rest = trim_spaces_left(text.substr(length));
    if (rest.empty()) return std::nullopt;
    const bool spaced = text[length] == ' ';
    const bool decimal = text[0] != '*' && is_digit(rest.front());            // 1.5 or -5
    const bool doubled = !ordered && length == 1 && rest.front() == text[0];  // **note** or --
    if (!spaced && (decimal || doubled)) return std::nullopt;
    return ListMark{ordered, spaced, rest};
}

std::optional<Definition> read_definition(std::string_view text)
{
    const auto close = text.find(']');
    if (!text.starts_with('[') || close == std::string_view::npos || close < 2) return std::nullopt;
    Definition found{text.substr(1, close - 1), {}, {}};
    if (text.substr(close + 1, 1) != ":" || found.label.find_first_of("^[\\") != std::string_view::npos)
        return std::nullopt;
    const auto rest = trim_spaces_left(text.substr(close + 2));
    const auto end = std::min(rest.find(' '), rest.size());
    found.target = rest.substr(0, end);
    if (found.target.starts_with('<') && found.target.ends_with('>') && found.target.size() > 2)
        found.target = found.target.substr(1, found.target.size() - 2);
    if (found.target.empty() || found.target.find_first_of("<>") != std::string_view::npos) return std::nullopt;
    const auto title = trim_spaces_left(rest.substr(end));
    if (title.empty()) return found;
    const bool quoted = title.starts_with('"') || title.starts_with('(');
    if (title.size() < 3 || !quoted || (!title.ends_with('"') && !title.ends_with(')'))) return std::nullopt;
    found.title = title.substr(1, title.size() - 2);
    return found;
}

bool is_table_ruler(std::string_view text)
{
    return text.find_first_not_of("-:| ") == std::string_view::npos && text.contains('-') && text.contains('|');
}

}  // namespace herald::rendering
