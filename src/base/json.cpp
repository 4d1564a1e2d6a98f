#include "base/json.hpp"

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "base/utf8.hpp"

namespace herald
{
namespace
{

// Builds the value and refuses what the grammar allows but this API does not.
//
// Boost.JSON keeps the last of equal keys without a word. Rather than keep a set of keys for every open object, the
// members that were read are counted, and compared with the members that are in the finished value.
class Builder
{
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(json::error_code&)
    {
        stack_.reset();
        return true;
    }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) { return true; }
    bool on_object_end(std::size_t count, json::error_code&)
    {
        members_ += count;
        stack_.push_object(count);
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t count, json::error_code&)
    {
        stack_.push_array(count);
        return true;
    }
    bool on_key_part(json::string_view text, std::size_t, json::error_code& error)
    {
        stack_.push_chars(text);
        return without_nul(text, error);
    }
    bool on_key(json::string_view text, std::size_t, json::error_code& error)
    {
        stack_.push_key(text);
        return without_nul(text, error);
    }
    bool on_string_part(json::string_view text, std::size_t, json::error_code& error)
    {
        stack_.push_chars(text);
        return without_nul(text, error);
    }
    bool on_string(json::string_view text, std::size_t, json::error_code& error)
    {
        stack_.push_string(text);
        return without_nul(text, error);
    }
    bool on_number_part(json::string_view text, json::error_code&)
    {
        number_.append(text.data(), text.size());
        return true;
    }
    bool on_int64(std::int64_t value, json::string_view, json::error_code&)
    {
        number_.clear();
        stack_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, json::string_view, json::error_code&)
    {
        number_.clear();
        stack_.push_uint64(value);
        return true;
    }
    // The parser's own double may be off by one unit in the last place (fixed in Boost 1.83), which would show in a
    // message.
    bool on_double(double rough, json::string_view text, json::error_code& error)
    {
        number_.append(text.data(), text.size());
        double value = 0;
        const auto read = std::from_chars(number_.data(), number_.data() + number_.size(), value);
        // Too small to tell from zero is zero; too large is no number that anyone can mean.
        const bool underflow = read.ec == std::errc::result_out_of_range && std::abs(rough) < 1;
        number_.clear();
        if (underflow) value = 0;
        if ((read.ec != std::errc() && !underflow) || !std::isfinite(value))
        {
            error = json::error::exponent_overflow;
            return false;
        }
        stack_.push_double(value);
        return true;
    }
    bool on_bool(bool value, json::error_code&)
    {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(json::error_code&)
    {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    json::value release() { return stack_.release(); }
    [[nodiscard]] std::size_t members() const { return members_; }

private:
    static bool without_nul(json::string_view text, json::error_code& error)
    {
        if (text.find('\0') == json::string_view::npos) return true;
        error = json::error::syntax;
        return false;
    }

    json::value_stack stack_;
    std::string number_;
    std::size_t members_ = 0;
};

// Depth is bounded by JsonLimits::max_depth.
std::size_t count_members(const json::value& value)
{
    std::size_t count = 0;
    if (const auto* object = value.if_object())
    {
        count = object->size();
        for (const auto& member : *object)
            if (member.value().is_structured()) count += count_members(member.value());
    }
    else if (const auto* array = value.if_array())
    {
        for (const auto& element : *array)
            if (element.is_structured()) count += count_members(element);
    }
    return count;
}

Failure refuse(std::string why)
{
    Error error(ErrorKind::bad_request, "Invalid JSON supplied in POST data");
    error.detail = std::move(why);
    return Failure(std::move(error));
}

void append_escape(std::string& text, char32_t unit)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(unit >> shift) & 0x0f];
}

void append_escaped_point(std::string& text, char32_t point)
{
    switch (point)
    {
        case U'"':
            text += "\\\"";
            return;
        case U'\\':
            text += "\\\\";
            return;
        case U'\b':
            text += "\\b";
            return;
        case U'\f':
            text += "\\f";
            return;
        case U'\n':
            text += "\\n";
            return;
        case U'\r':
            text += "\\r";
            return;
        case U'\t':
            text += "\\t";
            return;
        default:
            break;
    }
    if (point < 0x10000)
    {
        append_escape(text, point);
        return;
    }
    append_escape(text, 0xd800 + ((point - 0x10000) >> 10));
    append_escape(text, 0xdc00 + ((point - 0x10000) & 0x3ff));
}

bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void append_string(std::string& text, std::string_view content)
{
    text += '"';
    while (!content.empty())
    {
        const auto plain =
            static_cast<std::size_t>(std::find_if_not(content.begin(), content.end(), is_plain) - content.begin());
        text += content.substr(0, plain);
        content.remove_prefix(plain);
        if (content.empty()) break;
        const CodePoint point = first_code_point(content);
        append_escaped_point(text, point.length == 0 ? U'\ufffd' : point.value);
        content.remove_prefix(std::max<std::size_t>(point.length, 1));
    }
    text += '"';
}

// The shortest form that reads back as the same number, always with a sign that it is no integer: 1.0, 1e+16.
void append_double(std::string& text, double value)
{
    if (!std::isfinite(value))
    {
        text += "null";
        return;
    }
    const std::size_t start = text.size();
    fmt::format_to(std::back_inserter(text), FMT_STRING("{}"), value);
    if (text.find_first_of(".e", start) == std::string::npos) text += ".0";
}

void append_value(std::string& text, const json::value& value);

void append_object(std::string& text, const json::object& object)
{
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::ranges::sort(members, [](const auto* left, const auto* right) { return left->key() < right->key(); });

    char separator = '{';
    for (const auto* member : members)
    {
        text += separator;
        append_string(text, member->key());
        text += ':';
        append_value(text, member->value());
        separator = ',';
    }
    text += members.empty() ? "{}" : "}";
}

void append_array(std::string& text, const json::array& array)
{
    char separator = '[';
    for (const auto& element : array)
    {
        text += separator;
        append_value(text, element);
        separator = ',';
    }
    text += array.empty() ? "[]" : "]";
}

void append_value(std::string& text, const json::value& value)
{
    switch (value.kind())
    {
        case json::kind::null:
            text += "null";
            break;
        case json::kind::bool_:
            text += value.get_bool() ? "true" : "false";
            break;
        case json::kind::int64:
            fmt::format_to(std::back_inserter(text), FMT_STRING("{}"), value.get_int64());
            break;
        case json::kind::uint64:
            fmt::format_to(std::back_inserter(text), FMT_STRING("{}"), value.get_uint64());
            break;
        case json::kind::double_:
            append_double(text, value.get_double());
            break;
        case json::kind::string:
            append_string(text, value.get_string());
            break;
        case json::kind::array:
            append_array(text, value.get_array());
            break;
        case json::kind::object:
            append_object(text, value.get_object());
            break;
    }
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits)
{
    if (text.size() > limits.max_bytes) return refuse("longer than " + std::to_string(limits.max_bytes) + " bytes");
    json::parse_options options;
    options.max_depth = limits.max_depth;
    json::basic_parser<Builder> parser(options);
    json::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read < text.size()) error = json::error::extra_data;
    if (error) return refuse(error.message() + " at byte " + std::to_string(read));

    json::value value = parser.handler().release();
    if (count_members(value) != parser.handler().members()) return refuse("a key is there twice in one object");
    return value;
}

std::string to_wire(const json::value& value)
{
    std::string text;
    text.reserve(512);
    append_value(text, value);
    text += '\n';
    return text;
}

}  // namespace herald
