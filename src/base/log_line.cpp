#include "base/log_line.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/utf8.hpp"

namespace herald::log
{
namespace
{

std::string_view to_string(Level level)
{
    switch (level)
    {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

void append_escaped(std::string& line, std::string_view text)
{
    while (!text.empty())
    {
        const CodePoint point = first_code_point(text);
        if (point.length == 0)
        {
            line += "\\ufffd";
            text.remove_prefix(1);
            continue;
        }
        if (point.value == U'"' || point.value == U'\\')
            (line += '\\') += static_cast<char>(point.value);
        else if (point.value == U'\n')
            line += "\\n";
        // C1 controls and the two Unicode line ends, too: a terminal or a viewer may act on them.
        else if (point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0) || point.value == 0x2028 ||
                 point.value == 0x2029)
            fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<std::uint32_t>(point.value));
        else
            line += text.substr(0, point.length);
        text.remove_prefix(point.length);
    }
}

void append_quoted(std::string& line, std::string_view text)
{
    line += '"';
    append_escaped(line, text);
    line += '"';
}

void append_number(std::string& line, double value)
{
    if (std::isfinite(value))
        fmt::format_to(std::back_inserter(line), "{}", value);
    else
        line += "null";
}

void append_value(std::string& line, const Value& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value))
        append_quoted(line, *text);
    else if (const auto* integer = std::get_if<std::int64_t>(&value))
        line += std::to_string(*integer);
    else if (const auto* number = std::get_if<double>(&value))
        append_number(line, *number);
    else
        line += std::get<bool>(value) ? "true" : "false";
}

std::string json_line(Instant time, Level level, std::string_view message, Fields fields)
{
    std::string line = "{\"time\":\"" + format_v2(time) + "\",\"level\":\"";
    line += to_string(level);
    line += "\",\"message\":";
    append_quoted(line, message);
    for (const Field& field : fields)
    {
        line += ',';
        append_quoted(line, field.name);
        line += ':';
        append_value(line, field.value);
    }
    line += '}';
    return line;
}

bool needs_quotes(std::string_view text)
{
    if (text.empty()) return true;
    for (const char c : text)
        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c == '\x7f') return true;
    return false;
}

std::string text_line(Instant time, Level level, std::string_view message, Fields fields)
{
    std::string line = fmt::format("{} {:<7} ", format_v2(time), to_string(level));
    append_escaped(line, message);
    for (const Field& field : fields)
    {
        line += ' ';
        append_escaped(line, field.name);
        line += '=';
        const auto* text = std::get_if<std::string_view>(&field.value);
        if (text != nullptr && !needs_quotes(*text))
            append_escaped(line, *text);
        else
            append_value(line, field.value);
    }
    return line;
}

}  // namespace

std::string format_line(Format format, Instant time, Level level, std::string_view message, Fields fields)
{
    return format == Format::json ? json_line(time, level, message, fields) : text_line(time, level, message, fields);
}

}  // namespace herald::log
