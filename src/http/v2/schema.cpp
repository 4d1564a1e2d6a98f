#include "http/v2/schema.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/uuid.hpp"
#include "domain/notifications/message_limits.hpp"

namespace herald::http::v2
{

namespace
{

constexpr std::size_t kMaxReferenceCharacters = 1000;

std::string not_of_type(const json::value& value, std::string_view type)
{
    return fmt::format("{} is not of type {}", display(value), type);
}

std::size_t count_characters(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string unexpected(std::vector<std::string> names)
{
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return fmt::format("Additional properties are not allowed ({} {} unexpected)", fmt::join(names, ", "),
                       names.size() == 1 ? "was" : "were");
}

std::vector<std::string> unknown_names(const json::object& body, const std::vector<Field>& fields)
{
    std::vector<std::string> names;
    for (const auto& member : body)
    {
        const std::string_view name(member.key().data(), member.key().size());
        const bool known =
            std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
        if (!known) names.emplace_back(name);
    }
    return names;
}

// Each once, and without quotes: the family cuts them out of its validator's texts.
void report_to(std::vector<std::string>& messages, std::string message)
{
    std::erase(message, '\'');
    if (std::find(messages.begin(), messages.end(), message) == messages.end()) messages.push_back(std::move(message));
}

Result<void> result_of(std::vector<std::string> messages)
{
    if (messages.empty()) return {};
    Error error(ErrorKind::validation, std::move(messages.front()));
    error.more.assign(std::make_move_iterator(messages.begin() + 1), std::make_move_iterator(messages.end()));
    return Failure(std::move(error));
}

std::string display_number(const json::value& value)
{
    std::string text = to_wire(value);
    text.pop_back();  // the newline
    return text;
}

}  // namespace

std::string display(const json::value& value)
{
    switch (value.kind())
    {
        case json::kind::null:
            return "None";
        case json::kind::bool_:
            return value.get_bool() ? "True" : "False";
        case json::kind::string:
            return std::string(value.get_string());
        case json::kind::array:
        {
            std::vector<std::string> items;
            for (const auto& item : value.get_array()) items.push_back(display(item));
            return fmt::format("[{}]", fmt::join(items, ", "));
        }
        case json::kind::object:
        {
            std::vector<std::string> items;
            for (const auto& member : value.get_object())
                items.push_back(fmt::format("{}: {}", std::string_view(member.key().data(), member.key().size()),
                                            display(member.value())));
            return fmt::format("{{{}}}", fmt::join(items, ", "));
        }
        default:
            return display_number(value);
    }
}

Result<void> check_object(const json::value& body, const std::vector<Field>& fields, bool additional_allowed)
{
    if (!body.is_object()) return fail(ErrorKind::validation, not_of_type(body, "object"));
    const json::object& object = body.get_object();
    std::vector<std::string> messages;
    for (const Field& field : fields)
    {
        const json::value* value = object.if_contains(field.name);
        if (value == nullptr) continue;
        if (auto fault = field.check(*value)) report_to(messages, fmt::format("{} {}", field.name, *fault));
    }
    for (const Field& field : fields)
    {
        if (field.required && !object.contains(field.name))
            report_to(messages, fmt::format("{} is a required property", field.name));
    }
    if (!additional_allowed)
    {
        if (auto names = unknown_names(object, fields); !names.empty())
            report_to(messages, unexpected(std::move(names)));
    }
    return result_of(std::move(messages));
}

json::value empty_as_object(json::value body)
{
    const bool empty = body.is_null() || (body.is_bool() && !body.get_bool()) ||
                       (body.is_number() && body.to_number<double>() == 0) ||
                       (body.is_string() && body.get_string().empty()) || (body.is_array() && body.get_array().empty());
    return empty ? json::value(json::object()) : body;
}

std::optional<std::string_view> QueryCheck::first(std::string_view name)
{
    known_.push_back(name);
    return query_.first(name);
}

std::vector<std::string_view> QueryCheck::all(std::string_view name)
{
    known_.push_back(name);
    return query_.all(name);
}

void QueryCheck::report(std::string message)
{
    report_to(messages_, std::move(message));
}

Result<void> QueryCheck::result()
{
    std::vector<std::string> names;
    for (const auto& [name, value] : query_.items())
    {
        if (std::find(known_.begin(), known_.end(), name) == known_.end()) names.push_back(name);
    }
    if (!names.empty()) report_to(messages_, unexpected(std::move(names)));
    return result_of(std::move(messages_));
}

std::optional<std::string> check_string(const json::value& value)
{
    if (value.is_string()) return std::nullopt;
    return not_of_type(value, "string");
}

std::optional<std::string> check_reference(const json::value& value)
{
    if (!value.is_string()) return not_of_type(value, "string");
    if (count_characters(value.get_string()) <= kMaxReferenceCharacters) return std::nullopt;
    return display(value) + " is too long";
}

std::optional<std::string> check_uuid(const json::value& value)
{
    if (value.is_string() && Uuid::parse(value.get_string())) return std::nullopt;
    return "is not a valid UUID";
}

std::optional<std::string> check_uuid_or_null(const json::value& value)
{
    return value.is_null() ? std::nullopt : check_uuid(value);
}

std::optional<std::string> check_object_type(const json::value& value)
{
    if (value.is_object()) return std::nullopt;
    return not_of_type(value, "object");
}

std::optional<std::string> check_https_url(const json::value& value)
{
    if (value.is_string())
    {
        const std::string_view text = value.get_string();
        const bool plain = std::all_of(text.begin(), text.end(),
                                       [](char c) { return c > ' ' && c < 0x7F && c != '<' && c != '>' && c != '"'; });
        if (text.starts_with("https://") && text.size() > 8 && text.size() <= kMaxUnsubscribeUrlBytes && plain)
            return std::nullopt;
    }
    return "is not a valid https url";
}

std::optional<std::string> check_array_or_null(const json::value& value)
{
    if (value.is_array() || value.is_null()) return std::nullopt;
    return not_of_type(value, "array, null");
}

FieldCheck schedule_check(Instant now, Instant furthest, ScheduleWords words)
{
    return [now, furthest, words](const json::value& value) -> std::optional<std::string>
    {
        if (value.is_null()) return std::nullopt;
        if (!value.is_string()) return not_of_type(value, "string, null");
        const auto when = parse_iso8601(std::string_view(value.get_string()));
        if (!when)
            return "datetime format is invalid. It must be a valid ISO8601 date time format, "
                   "https://en.wikipedia.org/wiki/ISO_8601";
        if (*when < now) return std::string(words.past);
        if (*when > furthest) return std::string(words.too_far);
        return std::nullopt;
    };
}

std::optional<std::string> text_member(const json::object& body, std::string_view name)
{
    const auto* value = body.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

}  // namespace herald::http::v2
