// herald notification
#include <fmt/format.h>

#include "cli/administer.hpp"

namespace herald::cli
{

namespace
{

struct Asked
{
    std::string id;
};

std::string status_text(std::optional<NotificationStatus> status)
{
    return status ? std::string(to_string(*status)) : std::string();
}

json::object json_of(const NotificationEvent& event)
{
    json::object object{{"at", json_moment(event.at)},
                        {"what", describe(event.kind)},
                        {"status", json_text(status_text(event.status))},
                        {"attempt", nullptr},
                        {"provider", json_text(event.provider)},
                        {"detail", json_text(event.detail)}};
    if (event.attempt) object["attempt"] = *event.attempt;
    return object;
}

json::object json_of(const MessageStory& story)
{
    const auto& facts = story.facts;
    json::array events;
    for (const auto& event : story.events) events.push_back(json_of(event));
    return {{"id", facts.id.to_string()},
            {"service", json::object{{"id", facts.service_id.to_string()}, {"name", facts.service_name}}},
            {"template", json::object{{"id", facts.template_id.to_string()},
                                      {"version", facts.template_version},
                                      {"name", facts.template_name}}},
            {"api_key", json_text(facts.api_key_name)},
            {"key_type", to_string(facts.key_type)},
            {"type", to_string(facts.channel)},
            {"status", to_string(facts.status)},
            {"whereabouts", whereabouts(facts)},
            {"billable_units", facts.billable_units},
            {"international", facts.international},
            {"created_at", json_moment(facts.created_at)},
            {"sent_at", json_moment(facts.sent_at)},
            {"updated_at", json_moment(facts.updated_at)},
            {"personal_data_until", format_date(facts.purge_on)},
            {"provider", json_text(facts.sent_by.value_or(""))},
            {"reference", json_text(facts.client_reference.value_or(""))},
            {"provider_reference", json_text(facts.provider_reference.value_or(""))},
            {"provider_response", json_text(facts.provider_response.value_or(""))},
            {"callback_at", json_moment(facts.place.callback_at)},
            {"events", std::move(events)}};
}

// Milliseconds matter: most of a life is over within the first second.
std::string precise(Instant instant)
{
    std::string text = format_v2(instant).substr(0, 23);
    text[10] = ' ';
    return text;
}

Row row_of(const NotificationEvent& event)
{
    std::string what(describe(event.kind));
    if (!event.detail.empty()) what += ": " + event.detail;
    return {precise(event.at), event.attempt ? std::to_string(*event.attempt) : "", event.provider,
            status_text(event.status), what};
}

std::string callback_text(const QueuePlace& place)
{
    if (!place.callback_at) return "none is due";
    return fmt::format("try {} is due at {}", place.callback_attempt.value_or(1), moment(*place.callback_at));
}

Answer show(const MessageStory& story)
{
    const auto& facts = story.facts;
    std::vector<Row> rows{{"WHEN (UTC)", "ATTEMPT", "PROVIDER", "STATUS", "WHAT"}};
    for (const auto& event : story.events) rows.push_back(row_of(event));
    const std::string head = cli::facts({
        {"message", facts.id.to_string() + "  " + std::string(to_string(facts.channel))},
        {"status", std::string(to_string(facts.status))},
        {"now", whereabouts(facts)},
        {"service", facts.service_name + "  " + facts.service_id.to_string()},
        {"template",
         fmt::format("{}, version {}  {}", facts.template_name, facts.template_version, facts.template_id.to_string())},
        {"key",
         fmt::format("{} ({})", facts.api_key_name.empty() ? "-" : facts.api_key_name, to_string(facts.key_type))},
        {"reference", facts.client_reference.value_or("-")},
        {"provider", facts.sent_by.value_or("-") + "  " + facts.provider_reference.value_or("")},
        {"answer", facts.provider_response.value_or("-")},
        {"billed units", std::to_string(facts.billable_units)},
        {"callback", callback_text(facts.place)},
        {"personal data", "kept until " + format_date(facts.purge_on)},
    });
    return {json_of(story), head + "\n" + table(rows)};
}

Result<Answer> explain(const Administration& administration, const Asked& arguments)
{
    return show_result(administration.explain_notification(arguments.id), show);
}

Result<Answer> cancel(const Administration& administration, const Asked& arguments)
{
    return show_result(administration.cancel_notification(arguments.id), show);
}

}  // namespace

void add_notification_command(CLI::App& root, CommandContext& context)
{
    auto* noun = add_noun(root, context, "notification", "One message");
    auto* verb = noun->add_subcommand(
        "explain", "The whole story of a message: every attempt, receipt and callback, and where it is now");
    auto arguments = std::make_shared<Asked>();
    verb->add_option("id", arguments->id, "The message's id, as the API gave it")->required();
    verb->footer("Shows facts only: neither the recipient nor what the message said.");
    on_call(verb, context, arguments, explain);

    verb = noun->add_subcommand("cancel", "Takes back a message that is scheduled for later");
    arguments = std::make_shared<Asked>();
    verb->add_option("id", arguments->id, "The message's id, as the API gave it")->required();
    verb->footer("Shows its story afterwards. What a worker has had already cannot be taken back.");
    on_call(verb, context, arguments, cancel);
}

}  // namespace herald::cli
