#include "cli/output.hpp"

#include <algorithm>

namespace herald::cli
{

namespace
{

// Code points, which is how wide nearly all names are shown.
std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width)
{
    return text + std::string(width - std::min(width, width_of(text)), ' ');
}

std::string line_of(const Row& row, const std::vector<std::size_t>& widths)
{
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += i + 1 < row.size() ? padded(row[i], widths[i] + 2) : row[i];
    return line + "\n";
}

}  // namespace

std::string table(const std::vector<Row>& rows)
{
    if (rows.size() < 2) return "none\n";
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    std::string text;
    for (const auto& row : rows) text += line_of(row, widths);
    return text;
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& lines)
{
    std::size_t width = 0;
    for (const auto& [name, value] : lines) width = std::max(width, width_of(name));
    std::string text;
    for (const auto& [name, value] : lines)
    {
        text += padded(name, width + 2);
        for (const char c : value)
        {
            if (c == '\r') continue;
            text += c;
            if (c == '\n') text.append(width + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

std::string yes_no(bool value)
{
    return value ? "yes" : "no";
}

std::string moment(std::optional<Instant> instant)
{
    if (!instant) return "-";
    std::string text = format_v2(*instant).substr(0, 19) + " UTC";
    text[10] = ' ';
    return text;
}

json::value json_moment(std::optional<Instant> instant)
{
    if (!instant) return nullptr;
    return json::string(format_v2(*instant));
}

json::value json_text(std::string_view text)
{
    if (text.empty()) return nullptr;
    return json::string(text);
}

}  // namespace herald::cli
