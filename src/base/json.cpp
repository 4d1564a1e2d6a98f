#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

namespace herald
{

namespace
{

using boost::system::error_code;

enum class Fault
{
    none,
    duplicate_key,
    nul,
};

// Builds the value and watches for what Boost.JSON's own parser lets pass: a key twice in one object, NUL in a text.
class StrictHandler
{
public:
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&)
    {
        open_.emplace_back(json::object());
        keys_.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, error_code&) { return close(); }
    bool on_array_begin(error_code&)
    {
        open_.emplace_back(json::array());
        keys_.emplace_back();
        return true;
    }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(json::string_view part, std::size_t, error_code& ec)
    {
        if (!collect(part)) return refuse(Fault::nul, ec);
        if (open_.back().get_object().contains(text_)) return refuse(Fault::duplicate_key, ec);
        keys_.back() = std::move(text_);
        text_.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code& ec)
    {
        return collect(part) || refuse(Fault::nul, ec);
    }
    bool on_string(json::string_view part, std::size_t, error_code& ec)
    {
        if (!collect(part)) return refuse(Fault::nul, ec);
        json::value value(json::string_view(text_.data(), text_.size()));
        text_.clear();
        return add(std::move(value));
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, error_code&) { return add(number); }
    bool on_uint64(std::uint64_t number, json::string_view, error_code&) { return add(number); }
    bool on_double(double number, json::string_view, error_code&) { return add(number); }
    bool on_bool(bool value, error_code&) { return add(value); }
    bool on_null(error_code&) { return add(nullptr); }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

    json::value root;
    Fault fault = Fault::none;

private:
    bool collect(json::string_view part)
    {
        if (part.find('\0') != json::string_view::npos) return false;
        text_.append(part.data(), part.size());
        return true;
    }
    bool refuse(Fault why, error_code& ec)
    {
        fault = why;
        ec = json::error::syntax;
        return false;
    }
    bool add(json::value value)
    {
        if (open_.empty())
            root = std::move(value);
        else if (open_.back().is_array())
            open_.back().get_array().push_back(std::move(value));
        else
            open_.back().get_object().emplace(keys_.back(), std::move(value));
        return true;
    }
    bool close()
    {
        json::value done = std::move(open_.back());
        open_.pop_back();
        keys_.pop_back();
        return add(std::move(done));
    }

    std::vector<json::value> open_;
    std::vector<std::string> keys_;
    std::string text_;
};

Failure invalid(std::string detail)
{
    Error error(ErrorKind::bad_request, "Invalid JSON supplied in POST data");
    error.detail = std::move(detail);
    return Failure(std::move(error));
}

void append_unicode(std::string& out, std::uint32_t unit)
{
    static constexpr char kDigits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(unit >> shift) & 15];
}

// One code point of valid UTF-8 at `at`; moves `at` behind it.
std::uint32_t next_code_point(std::string_view text, std::size_t& at)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0U;
    };
    const std::uint32_t first = byte(at);
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t point = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(at + i) & 0x3F);
    at += length;
    return point;
}

void append_string(std::string& out, std::string_view text)
{
    out += '"';
    for (std::size_t at = 0; at < text.size();)
    {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c >= 0x80)
        {
            const std::uint32_t point = next_code_point(text, at);
            if (point < 0x10000)
                append_unicode(out, point);
            else
            {
                append_unicode(out, 0xD800 + ((point - 0x10000) >> 10));
                append_unicode(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
            }
            continue;
        }
        ++at;
        switch (c)
        {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            default:
                if (c < 0x20)
                    append_unicode(out, c);
                else
                    out += static_cast<char>(c);
        }
    }
    out += '"';
}

void append_value(std::string& out, const json::value& value);

void append_object(std::string& out, const json::object& object)
{
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (const auto* member : members)
    {
        if (out.back() != '{') out += ',';
        append_string(out, {member->key().data(), member->key().size()});
        out += ':';
        append_value(out, member->value());
    }
    out += '}';
}

void append_value(std::string& out, const json::value& value)
{
    switch (value.kind())
    {
        case json::kind::object: append_object(out, value.get_object()); break;
        case json::kind::array:
        {
            out += '[';
            bool first = true;
            for (const auto& item : value.get_array())
            {
                if (!first) out += ',';
                first = false;
                append_value(out, item);
            }
            out += ']';
            break;
        }
        case json::kind::string: append_string(out, {value.get_string().data(), value.get_string().size()}); break;
        case json::kind::null: out += "null"; break;
        case json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
        case json::kind::int64: out += std::to_string(value.get_int64()); break;
        case json::kind::uint64: out += std::to_string(value.get_uint64()); break;
        case json::kind::double_: out += fmt::format("{}", value.get_double()); break;
    }
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits)
{
    if (text.size() > limits.max_bytes) return fail(ErrorKind::too_large, "The JSON text is too large");
    json::parse_options options;
    options.max_depth = limits.max_depth;
    json::basic_parser<StrictHandler> parser(options);
    error_code ec;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (parser.handler().fault == Fault::duplicate_key) return invalid("a key stands twice in one object");
    if (parser.handler().fault == Fault::nul) return invalid("a text holds NUL");
    if (ec) return invalid(fmt::format("{} near byte {}", ec.message(), read));
    if (read != text.size() || !parser.done()) return invalid(fmt::format("unexpected text at byte {}", read));
    return std::move(parser.handler().root);
}

std::string to_wire(const json::value& value)
{
    std::string out;
    out.reserve(512);
    append_value(out, value);
    out += '\n';
    return out;
}

}  // namespace herald
