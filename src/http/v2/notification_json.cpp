#include "http/v2/notification_json.hpp"

#include <fmt/format.h>

#include "http/json_values.hpp"
#include "operations/show_notification.hpp"

namespace herald::http::v2
{

namespace
{

// As alphagov's API has them. An email costs nothing. A text message's price needs a rate, which belongs to billing and
// is not kept yet, so its cost is not ready; the family's shape for that has no details.
void add_cost(json::object& shown, Channel channel)
{
    const bool is_email = channel == Channel::email;
    shown["is_cost_data_ready"] = is_email;
    shown["cost_in_pounds"] = is_email ? json::value(0.0) : json::value(nullptr);
    shown["cost_details"] = json::object();
}

}  // namespace

Task<Result<json::object>> notification_json(NotificationRow row, ServiceId service, std::string base_url,
                                             Context& context, Deadline deadline)
{
    const auto from =
        co_await context.directory.template_version(service, row.template_id, row.template_version, deadline);
    if (!from) co_return fail(ErrorKind::internal, "a notification's template version is missing");
    const auto said = show_notification(context.keys, row, *from);
    if (!said) co_return Failure(said.error());

    const bool is_sms = row.channel == Channel::sms;
    const std::string& unsubscribe = said->contents.one_click_unsubscribe_url;
    json::object shown;
    shown["id"] = row.id.to_string();
    shown["reference"] = or_null(row.client_reference);
    shown["phone_number"] = is_sms ? json::value(said->contents.to) : json::value(nullptr);
    shown["email_address"] = is_sms ? json::value(nullptr) : json::value(said->contents.to);
    for (const char* name : {"line_1", "line_2", "line_3", "line_4", "line_5", "line_6", "postcode", "postage"})
        shown[name] = nullptr;
    shown["scheduled_for"] = or_null(row.scheduled_for, format_v2);
    shown["type"] = to_string(row.channel);
    shown["status"] = to_string(row.status);
    shown["provider_response"] = or_null(row.provider_response);
    const std::string template_id = row.template_id.to_string();
    shown["template"] = {
        {"id", template_id},
        {"version", row.template_version},
        {"uri", fmt::format("{}v2/template/{}/version/{}", base_url, template_id, row.template_version)}};
    shown["body"] = said->body;
    shown["subject"] = or_null(said->subject);
    shown["one_click_unsubscribe_url"] = unsubscribe.empty() ? json::value(nullptr) : json::value(unsubscribe);
    shown["created_at"] = format_v2(row.created_at);
    shown["created_by_name"] = or_null(row.created_by_name);
    shown["sent_at"] = or_null(row.sent_at, format_v2);
    shown["completed_at"] = is_completed(row.status) ? or_null(row.updated_at, format_v2) : json::value(nullptr);
    add_cost(shown, row.channel);
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
        {"updated_at", or_null(facts.updated_at, format_v2)},
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

}  // namespace herald::http::v2
