#include "operations/bulk_list.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "domain/jobs/job.hpp"
#include "domain/recipient_lists/recipient_list.hpp"
#include "rendering/email.hpp"
#include "rendering/personalisation.hpp"
#include "rendering/sms.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kShownRows = 20;
constexpr std::size_t kPiece = 256UL << 10;

struct Findings
{
    std::size_t rows = 0;
    std::optional<ListError> error;
    bool some_not_allowed = false;
    std::optional<std::size_t> too_long;  // the first row whose text message is
    std::vector<std::string> bad_rows;
    bool some_simulated = false;
    bool some_real = false;
};

Failure refuse(std::string message)
{
    return fail(ErrorKind::bad_request, std::move(message));
}

bool is_limited(const BulkRules& rules)
{
    return rules.key_type == KeyType::team || (rules.key_type == KeyType::normal && rules.service.service().restricted);
}

std::optional<RowErrorKind> check_text(const TemplateContext& from, const rendering::Personalisation& values)
{
    const auto shown = rendering::render_sms(from.compiled, values);
    if (!rendering::check_sms_not_empty(shown)) return RowErrorKind::message_empty;
    if (!rendering::check_sms_length(shown)) return RowErrorKind::message_too_long;
    return std::nullopt;
}

std::optional<RowErrorKind> check_email(const TemplateContext& from, const rendering::Personalisation& values)
{
    const auto body = rendering::render_email_body_for_api(from.compiled, values);
    if (!rendering::check_email_not_empty(from.compiled, body)) return RowErrorKind::message_empty;
    const auto subject = rendering::render_subject(from.compiled, values);
    const bool fits = rendering::check_email_length(body.size()) && rendering::check_subject_length(subject.size());
    return fits ? std::nullopt : std::optional(RowErrorKind::message_too_long);
}

std::optional<RowErrorKind> check_message(const TemplateContext& from, const json::object& given)
{
    const auto values = rendering::Personalisation::from_json(given);
    if (!values) return std::nullopt;  // a list has texts only
    return from.facts.type == Channel::sms ? check_text(from, *values) : check_email(from, *values);
}

RecipientListOptions list_options(const BulkRules& rules)
{
    RecipientListOptions options;
    options.channel = rules.from_template.facts.type;
    options.placeholders = rules.from_template.compiled.placeholders();
    options.default_region = rules.options.default_region;
    options.allow_international = rules.service.service().may(ServicePermission::international_sms);
    options.max_rows = static_cast<std::size_t>(kMostJobRows);  // how many there are is told in the error
    if (is_limited(rules))
        options.may_receive = [&](const Recipient& recipient)
        {
            return rules.service.allowed_recipients.contains(recipient.normalised);
        };
    options.check_message = [&](const json::object& values)
    {
        return check_message(rules.from_template, values);
    };
    return options;
}

std::string error_text(const RowError& error)
{
    const bool is_recipient =
        error.kind == RowErrorKind::invalid_recipient || error.kind == RowErrorKind::international_not_allowed;
    const std::string text = is_recipient ? "invalid recipient" : error.message;
    return error.column.empty() ? text : fmt::format("`{}`: {}", error.column, text);
}

void note(Findings& found, const RecipientRow& row)
{
    std::vector<std::string> texts;
    for (const auto& error : row.errors)
    {
        if (error.kind == RowErrorKind::recipient_not_allowed)
            found.some_not_allowed = true;
        else
            texts.push_back(error_text(error));
        if (error.kind == RowErrorKind::message_too_long && !found.too_long) found.too_long = row.number;
    }
    if (!texts.empty() && found.bad_rows.size() < kShownRows)
        found.bad_rows.push_back(fmt::format("Row {} - {}", row.number, fmt::join(texts, ",")));
    if (row.recipient) (row.recipient->simulated ? found.some_simulated : found.some_real) = true;
}

Findings read(std::string_view csv, const BulkRules& rules)
{
    RecipientListReader reader(list_options(rules));
    Findings found;
    const auto take_rows = [&]
    {
        while (const auto row = reader.next()) note(found, *row);
    };
    for (std::size_t at = 0; at < csv.size() && !reader.error(); at += kPiece)
    {
        reader.feed(csv.substr(at, kPiece));
        take_rows();
    }
    reader.finish();
    take_rows();
    found.rows = reader.rows();
    found.error = reader.error();
    return found;
}

std::string sorted_names(std::vector<std::string> names)
{
    std::ranges::sort(names);
    return fmt::format("{}", fmt::join(names, ", "));
}

Failure list_refused(const ListError& error)
{
    switch (error.kind)
    {
        case ListErrorKind::no_recipient_column:
        case ListErrorKind::missing_columns:
            return refuse("Missing column headers: " + sorted_names(error.columns));
        case ListErrorKind::repeated_recipient_column:
            return refuse("Duplicate column headers: " + sorted_names(error.columns));
        default:
            return refuse("Error converting to CSV: " + reason_text(error));
    }
}

std::string_view why_limited(const BulkRules& rules)
{
    if (rules.service.service().restricted)
        return "because your service is in trial mode. You can only send to members of your team and your safelist.";
    return "because you used a team and safelist API key.";
}

}  // namespace

Result<std::int32_t> judge_bulk_list(std::string_view csv, const BulkRules& rules)
{
    const auto found = read(csv, rules);
    if (found.error) return list_refused(*found.error);
    const bool is_sms = rules.from_template.facts.type == Channel::sms;
    if (rules.remaining && static_cast<std::int64_t>(found.rows) > *rules.remaining)
    {
        const std::string_view noun = is_sms ? "sms messages" : "messages";
        return refuse(
            fmt::format("You only have {} remaining {} before you reach your daily limit. You've tried to send {} {}.",
                        *rules.remaining, noun, found.rows, noun));
    }
    if (found.rows > rules.max_rows)
        return refuse(fmt::format("Too many rows. Maximum number of rows allowed is {}", rules.max_rows));
    if (found.some_not_allowed)
        return refuse(fmt::format("You cannot send to these recipients {}", why_limited(rules)));
    if (is_sms && found.too_long)
        return refuse(
            fmt::format("Row {} - has a character count greater than {} characters. Some messages may be too "
                        "long due to custom content.",
                        *found.too_long + 1, kMaxSmsCharacters));
    if (!found.bad_rows.empty())
        return refuse(fmt::format("Some rows have errors. {}.", fmt::join(found.bad_rows, ". ")));
    if (is_sms && rules.key_type != KeyType::test && found.some_simulated && found.some_real)
        return refuse("Bulk sending to testing and non-testing numbers is not supported");
    return static_cast<std::int32_t>(found.rows);
}

}  // namespace herald
