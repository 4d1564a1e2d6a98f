// Checks of request bodies and queries with the family's words: every failing field is listed, in the order of the
// schema. Texts: the family's wire contract ("Validation messages"). Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "http/server/request.hpp"

namespace herald::http::v2
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

// The family takes a body that is null, false, 0, "" or [] for an empty object.
json::value empty_as_object(json::value body);

// The arguments of a query, read one by one; what was not asked for is unexpected. Of a repeated argument the first
// counts, except where all() asks for each. Refers to the query: use it and let it go.
class QueryCheck
{
public:
    explicit QueryCheck(const Query& query) : query_(query) {}

    std::optional<std::string_view> first(std::string_view name);
    std::vector<std::string_view> all(std::string_view name);
    void report(std::string message);
    // As check_object: every fault, the unexpected names last.
    Result<void> result();

private:
    const Query& query_;
    std::vector<std::string_view> known_;
    std::vector<std::string> messages_;
};

// Checks for the fields of this API.
std::optional<std::string> check_string(const json::value& value);
std::optional<std::string> check_reference(const json::value& value);
std::optional<std::string> check_uuid(const json::value& value);
std::optional<std::string> check_uuid_or_null(const json::value& value);
std::optional<std::string> check_object_type(const json::value& value);
std::optional<std::string> check_https_url(const json::value& value);
std::optional<std::string> check_array_or_null(const json::value& value);

// When something is to be sent: null, or a time of ISO 8601 between `now` and `furthest`, with the texts for others.
struct ScheduleWords
{
    std::string_view past;
    std::string_view too_far;
};
FieldCheck schedule_check(Instant now, Instant furthest, ScheduleWords words);
std::optional<std::string> text_member(const json::object& body, std::string_view name);

}  // namespace herald::http::v2
