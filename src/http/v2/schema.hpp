// Checks of request bodies with the family's words: every failing field is listed, in the order of the schema.
// Texts: validation.md, section 2 ("Validation messages"). Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace herald::http
{

// How a value appears in the family's messages: None, True, {a: 1}.
std::string display(const json::value& value);

// nullopt: the value is fine. Otherwise the message without the field's name: " is not a valid UUID" follows it after a
// space.
using FieldCheck = std::function<std::optional<std::string>(const json::value&)>;

struct Field
{
    std::string_view name;
    bool required;
    FieldCheck check;
};

// The Error is validation with one message for each fault: `message` the first, `more` the rest.
Result<void> check_object(const json::value& body, const std::vector<Field>& fields, bool additional_allowed = false);

// Checks for the fields of this API.
std::optional<std::string> check_string(const json::value& value);
std::optional<std::string> check_reference(const json::value& value);
std::optional<std::string> check_uuid(const json::value& value);
std::optional<std::string> check_object_type(const json::value& value);
std::optional<std::string> check_https_url(const json::value& value);
std::optional<std::string> check_array_or_null(const json::value& value);

}  // namespace herald::http
