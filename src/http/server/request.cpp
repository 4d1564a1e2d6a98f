#include "http/server/request.hpp"

#include <algorithm>
#include <charconv>

namespace herald::http
{

namespace
{

// A larger buffer is given back between requests, so that ten thousand idle connections do not keep five megabytes
// each.
constexpr std::size_t kKeptCapacity = 64 * 1024;

char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equal_ignoring_case(std::string_view left, std::string_view right)
{
    return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                     [](char l, char r) { return to_lower(l) == to_lower(r); });
}

void recycle(std::string& text)
{
    if (text.capacity() > kKeptCapacity) std::string().swap(text);
    text.clear();
}

}  // namespace

std::string_view to_string(Method method)
{
    switch (method)
    {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::del:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            break;
    }
    return "OTHER";
}

void Headers::clear()
{
    bytes_.clear();
    entries_.clear();
}

void Headers::add(std::string_view name, std::string_view value)
{
    entries_.push_back({static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(value.size())});
    bytes_.append(name).append(value);
}

std::optional<std::string_view> Headers::find(std::string_view name) const
{
    const std::string_view bytes = bytes_;
    for (const Entry& entry : entries_)
    {
        if (equal_ignoring_case(bytes.substr(entry.name, entry.name_size), name))
        {
            return bytes.substr(entry.name + entry.name_size, entry.value_size);
        }
    }
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const
{
    const std::string_view bytes = bytes_;
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [&](const Entry& entry)
                      { return equal_ignoring_case(bytes.substr(entry.name, entry.name_size), name); }));
}

std::optional<std::string_view> Query::first(std::string_view name) const
{
    const auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.first == name; });
    if (found == items_.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string_view> Query::all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (const auto& [key, value] : items_)
    {
        if (key == name) values.emplace_back(value);
    }
    return values;
}

std::optional<std::string_view> Request::path_parameter(std::string_view name) const
{
    for (std::size_t index = 0; index < path_parameters.count; ++index)
    {
        const auto& capture = path_parameters.captures[index];
        if (capture.name == name) return std::string_view(path).substr(capture.offset, capture.size);
    }
    return std::nullopt;
}

std::optional<std::int64_t> Request::path_int(std::string_view name) const
{
    const auto text = path_parameter(name);
    if (!text) return std::nullopt;
    std::int64_t value = 0;
    const char* end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return value;
}

bool Request::has_json_content_type() const
{
    const auto value = header("Content-Type");
    if (!value) return false;
    auto type = value->substr(0, value->find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    if (equal_ignoring_case(type, "application/json")) return true;
    return type.size() > 17 && equal_ignoring_case(type.substr(0, 12), "application/") &&
           equal_ignoring_case(type.substr(type.size() - 5), "+json");
}

void Request::reset()
{
    method = Method::get;
    target.clear();
    path.clear();
    query.clear();
    headers.clear();
    recycle(body);
    base_url.clear();
    trace_id.clear();
    principal = {};
    head_only = false;
    route = nullptr;
    path_parameters.count = 0;
}

}  // namespace herald::http
