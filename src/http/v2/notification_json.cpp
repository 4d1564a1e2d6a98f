#include "http/v2/notification_json.hpp"

#include <fmt/format.h>

#include "operations/notification_contents.hpp"
#include "rendering/email.hpp"
#include "rendering/sms.hpp"

namespace herald::http
{

namespace
{

template <class T>
json::value text_or_null(const std::optional<T>& value)
{
    if (!value) return nullptr;
    if constexpr (std::is_same_v<T, Instant>)
        return json::value(format_v2(*value));
    else
        return json::value(*value);
}

void add_message(json::object& shown, const NotificationRow& row, const TemplateContext& from,
                 const NotificationContents& contents)
{
    auto values = parse_json(contents.personalisation);
    rendering::Personalisation personalisation;
    if (values && values->is_object())
    {
        if (auto read = rendering::Personalisation::from_json(values->get_object())) personalisation = std::move(*read);
    }
    const auto missing =
        from.facts.redact_personalisation ? rendering::MissingStyle::hidden : rendering::MissingStyle::brackets;
    if (from.facts.redact_personalisation) personalisation = rendering::Personalisation();
    const bool is_sms = row.channel == Channel::sms;
    shown["phone_number"] = is_sms ? json::value(contents.to) : json::value(nullptr);
    shown["email_address"] = is_sms ? json::value(nullptr) : json::value(contents.to);
    if (is_sms)
    {
        shown["body"] = rendering::render_sms(from.compiled, personalisation, std::nullopt, missing).body;
        shown["subject"] = nullptr;
    }
    else
    {
        shown["body"] = from.facts.redact_personalisation
                            ? from.compiled.fill_content(personalisation, rendering::ListStyle::bullets, missing)
                            : rendering::render_email_body_for_api(from.compiled, personalisation);
        shown["subject"] = rendering::render_subject(from.compiled, personalisation, missing);
    }
    shown["one_click_unsubscribe_url"] = contents.one_click_unsubscribe_url.empty()
                                             ? json::value(nullptr)
                                             : json::value(contents.one_click_unsubscribe_url);
}

void add_cost(json::object& shown, const NotificationRow& row)
{
    // Rates belong to billing, which is not configured yet: no price is claimed, and the fragments are told once the
    // message was sent.
    shown["is_cost_data_ready"] = false;
    shown["cost_in_pounds"] = nullptr;
    json::object details;
    if (row.channel == Channel::sms && row.sent_at)
        details = {{"billable_sms_fragments", row.billable_units},
                   {"international_rate_multiplier", nullptr},
                   {"sms_rate", nullptr}};
    shown["cost_details"] = std::move(details);
}

}  // namespace

Task<Result<json::object>> notification_json(NotificationRow row, ServiceId service, std::string base_url,
                                             Context& context, Deadline deadline)
{
    const auto from =
        co_await context.directory.template_version(service, row.template_id, row.template_version, deadline);
    if (!from) co_return fail(ErrorKind::internal, "Internal server error");
    const auto contents = open_contents(context.keys, row.id, row.sealed);
    if (!contents) co_return Failure(contents.error());

    json::object shown;
    shown["id"] = row.id.to_string();
    shown["reference"] = text_or_null(row.client_reference);
    for (const char* name :
         {"line_1", "line_2", "line_3", "line_4", "line_5", "line_6", "postcode", "postage", "scheduled_for"})
        shown[name] = nullptr;
    shown["type"] = to_string(row.channel);
    shown["status"] = to_string(row.status);
    shown["provider_response"] = text_or_null(row.provider_response);
    shown["template"] = {{"id", row.template_id.to_string()},
                         {"version", row.template_version},
                         {"uri", fmt::format("{}v2/template/{}/version/{}", base_url, row.template_id.to_string(),
                                             row.template_version)}};
    shown["created_at"] = format_v2(row.created_at);
    shown["created_by_name"] = text_or_null(row.created_by_name);
    shown["sent_at"] = text_or_null(row.sent_at);
    shown["completed_at"] = is_completed(row.status) ? text_or_null(row.updated_at) : json::value(nullptr);
    add_message(shown, row, *from, *contents);
    add_cost(shown, row);
    co_return shown;
}

json::object template_json(const TemplateContext& shown)
{
    const Template& facts = shown.facts;
    json::object personalisation;
    for (const auto& name : shown.compiled.placeholders()) personalisation[name] = {{"required", true}};
    return {
        {"id", facts.id.to_string()},
        {"type", to_string(facts.type)},
        {"created_at", format_v2(facts.created_at)},
        {"updated_at", text_or_null(facts.updated_at)},
        {"created_by", facts.created_by_email},
        {"version", facts.version},
        {"body", facts.content},
        {"subject", facts.type == Channel::sms ? json::value(nullptr) : json::value(facts.subject)},
        {"name", facts.name},
        {"personalisation", std::move(personalisation)},
        {"postage", nullptr},
        {"letter_contact_block", nullptr},
    };
}

Error not_a_uuid(std::string_view name)
{
    return Error(ErrorKind::validation, fmt::format("{} is not a valid UUID", name));
}

}  // namespace herald::http
