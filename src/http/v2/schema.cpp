#include "http/v2/schema.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/uuid.hpp"

namespace herald::http
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

std::string unexpected(const json::object& body, const std::vector<Field>& fields)
{
    std::vector<std::string> names;
    for (const auto& member : body)
    {
        const std::string_view name(member.key().data(), member.key().size());
        if (std::none_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; }))
            names.emplace_back(name);
    }
    if (names.empty()) return {};
    std::sort(names.begin(), names.end());
    return fmt::format("Additional properties are not allowed ({} {} unexpected)", fmt::join(names, ", "),
                       names.size() == 1 ? "was" : "were");
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
            return json::serialize(value);
    }
}

Result<void> check_object(const json::value& body, const std::vector<Field>& fields, bool additional_allowed)
{
    if (!body.is_object()) return fail(ErrorKind::validation, not_of_type(body, "object"));
    const json::object& object = body.get_object();
    std::vector<std::string> messages;
    const auto report = [&](std::string message)
    {
        if (std::find(messages.begin(), messages.end(), message) == messages.end())
            messages.push_back(std::move(message));
    };
    for (const Field& field : fields)
    {
        const json::value* value = object.if_contains(field.name);
        if (value == nullptr) continue;
        if (auto fault = field.check(*value)) report(fmt::format("{} {}", field.name, *fault));
    }
    for (const Field& field : fields)
    {
        if (field.required && !object.contains(field.name))
            report(fmt::format("{} is a required property", field.name));
    }
    if (!additional_allowed)
    {
        if (auto message = unexpected(object, fields); !message.empty()) report(std::move(message));
    }
    if (messages.empty()) return {};
    Error error(ErrorKind::validation, std::move(messages.front()));
    error.more.assign(std::make_move_iterator(messages.begin() + 1), std::make_move_iterator(messages.end()));
    return Failure(std::move(error));
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
        if (text.starts_with("https://") && text.size() > 8 && text.size() <= 2000 && plain) return std::nullopt;
    }
    return "is not a valid https url";
}

std::optional<std::string> check_array_or_null(const json::value& value)
{
    if (value.is_array() || value.is_null()) return std::nullopt;
    return not_of_type(value, "array, null");
}

}  // namespace herald::http
