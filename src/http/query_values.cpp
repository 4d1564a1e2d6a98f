#include "http/query_values.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace herald::http
{

namespace
{

constexpr std::string_view kTrue[] = {"t",  "T", "true", "True", "TRUE", "on",  "On",
                                      "ON", "y", "Y",    "yes",  "Yes",  "YES", "1"};
constexpr std::string_view kFalse[] = {"f",   "F", "false", "False", "FALSE", "off", "Off",
                                       "OFF", "n", "N",     "no",    "No",    "NO",  "0"};

std::string encode(std::string_view text)
{
    return boost::urls::encode(boost::core::string_view(text.data(), text.size()), boost::urls::unreserved_chars);
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text)
{
    std::int64_t value = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

std::optional<std::int64_t> read_integer(const Query& query, std::string_view name, FieldErrors& errors)
{
    const auto text = query.first(name);
    if (!text) return std::nullopt;
    const auto value = parse_integer(*text);
    if (!value) errors.add(name, "Not a valid integer.");
    return value;
}

std::int64_t read_positive(const Query& query, std::string_view name, std::int64_t otherwise, FieldErrors& errors)
{
    const auto value = read_integer(query, name, errors);
    if (value && *value < 1) errors.add(name, "Not a positive integer");
    return value.value_or(otherwise);
}

bool read_boolean(const Query& query, std::string_view name, bool otherwise, FieldErrors& errors)
{
    const auto text = query.first(name);
    if (!text) return otherwise;
    if (std::ranges::find(kTrue, *text) != std::end(kTrue)) return true;
    if (std::ranges::find(kFalse, *text) == std::end(kFalse)) errors.add(name, "Not a valid boolean.");
    return false;
}

StatusFilter read_statuses(const Query& query)
{
    StatusFilter filter;
    const auto texts = query.all("status");
    for (const auto text : texts)
    {
        const auto status = parse_status(text);
        if (status == NotificationStatus::failed)
            filter.statuses.insert(filter.statuses.end(), kFailedStatuses.begin(), kFailedStatuses.end());
        else if (status)
            filter.statuses.push_back(*status);
    }
    filter.matches_nothing = !texts.empty() && filter.statuses.empty();
    return filter;
}

std::vector<Channel> read_channels(const Query& query, FieldErrors& errors)
{
    std::vector<Channel> channels;
    bool told = false;
    for (const auto text : query.all("template_type"))
    {
        if (const auto channel = parse_channel(text))
            channels.push_back(*channel);
        else if (!std::exchange(told, true))
            errors.add("template_type", "Must be one of: sms, email.");
    }
    return channels;
}

std::string link_to_page(std::string_view path, const Query& query, std::int64_t page)
{
    std::string text = fmt::format("{}?page={}", path, page);
    std::vector<std::string_view> seen{"page"};
    for (const auto& [name, value] : query.items())
    {
        if (std::ranges::find(seen, name) != seen.end()) continue;
        seen.push_back(name);
        text += fmt::format("&{}={}", encode(name), encode(value));
    }
    return text;
}

}  // namespace herald::http
