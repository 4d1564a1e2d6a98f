// POST /v2/notifications/sms, /email, and what any other type gets
//
// Security: the body was parsed with limits on size and depth and holds no NUL; messages quote only what the caller
// himself sent.

#include "domain/recipients/recipient.hpp"
#include "http/accept_message.hpp"
#include "http/json_values.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/schema.hpp"

namespace herald::http::v2
{

namespace
{

constexpr auto kScheduleWindow = std::chrono::hours(24);

constexpr ScheduleWords kScheduleWords{"datetime can not be in the past",
                                       "datetime can only be 24 hours in the future"};

// Checking a recipient means reading it, so the check keeps what it read.
FieldCheck recipient_check(Channel channel, const std::string& region, Recipient& recipient)
{
    return [channel, &region, &recipient](const json::value& value) -> std::optional<std::string>
    {
        if (!value.is_string()) return check_string(value);
        auto read = parse_recipient(channel, std::string_view(value.get_string()), region);
        if (!read) return std::move(read.error().message);
        recipient = std::move(*read);
        return std::nullopt;
    };
}

// `region` and `recipient` must outlive the fields.
std::vector<Field> fields_of(Channel channel, Instant now, const std::string& region, Recipient& recipient)
{
    std::vector<Field> fields{{"reference", false, check_reference}};
    fields.push_back({channel == Channel::sms ? "phone_number" : "email_address", true,
                      recipient_check(channel, region, recipient)});
    fields.push_back({"template_id", true, check_uuid});
    fields.push_back({"personalisation", false, check_object_type});
    fields.push_back({"scheduled_for", false, schedule_check(now, now + kScheduleWindow, kScheduleWords)});
    fields.push_back({channel == Channel::sms ? "sms_sender_id" : "email_reply_to_id", false, check_uuid});
    if (channel == Channel::email)
    {
        fields.push_back({"one_click_unsubscribe_url", false, check_https_url});
        fields.push_back({"sanitise_content_for", false, check_array_or_null});
    }
    return fields;
}

MessageRequest read_message(const json::object& body, Channel channel, Recipient recipient)
{
    MessageRequest message;
    message.channel = channel;
    message.recipient = std::move(recipient);
    message.template_id = *TemplateId::parse(text_member(body, "template_id").value_or(""));
    if (const auto* values = body.if_contains("personalisation")) message.personalisation = values->get_object();
    message.reference = text_member(body, "reference");
    if (const auto when = text_member(body, "scheduled_for")) message.scheduled_for = parse_iso8601(*when);
    if (const auto sender = text_member(body, channel == Channel::sms ? "sms_sender_id" : "email_reply_to_id"))
        message.sender_id = Uuid::parse(*sender);
    message.one_click_unsubscribe_url = text_member(body, "one_click_unsubscribe_url");
    if (const auto* names = body.if_contains("sanitise_content_for"); names != nullptr && names->is_array())
    {
        for (const auto& name : names->get_array())
        {
            if (name.is_string()) message.sanitise_content_for.emplace_back(name.get_string());
        }
    }
    return message;
}

json::object answer_of(const AcceptedMessage& accepted, const std::string& base_url)
{
    const Template& from = accepted.from_template->facts;
    json::object content{{"body", accepted.body}};
    if (from.type == Channel::sms)
        content["from_number"] = accepted.from;
    else
    {
        content["from_email"] = accepted.from;
        content["subject"] = accepted.subject;
        content["one_click_unsubscribe_url"] = or_null(accepted.one_click_unsubscribe_url);
    }
    json::object answer{
        {"id", accepted.id.to_string()},
        {"reference", or_null(accepted.reference)},
        {"uri", base_url + "v2/notifications/" + accepted.id.to_string()},
        {"scheduled_for", or_null(accepted.scheduled_for, format_v2)},
        {"content", std::move(content)},
        {"template",
         {{"id", from.id.to_string()},
          {"version", from.version},
          {"uri", base_url + "services/" + from.service_id.to_string() + "/templates/" + from.id.to_string()}}},
    };
    if (from.type == Channel::email) answer["sanitised_content"] = accepted.sanitised_content;
    return answer;
}

Response refuse(const Error& error)
{
    return error_response(error, ErrorShape::v2);
}

Task<Response> post(Channel channel, Request& request, Context& context)
{
    const auto place = co_await context.turnstile.enter(request.principal.service->service().id, request.deadline);
    if (!place) co_return refuse(place.error());
    auto parsed = parse_json(request.body);
    if (!parsed) co_return refuse(parsed.error());
    const json::value body = empty_as_object(std::move(*parsed));
    Recipient recipient;
    const auto fields = fields_of(channel, context.clock.now(), context.accept.options().default_region, recipient);
    if (const auto valid = check_object(body, fields); !valid) co_return refuse(valid.error());

    AcceptNotification::Serialise serialise = [base_url = request.base_url](const AcceptedMessage& accepted)
    {
        return to_wire(answer_of(accepted, base_url));
    };
    auto message = read_message(body.get_object(), channel, std::move(recipient));
    co_return co_await accept_message(std::move(message), std::move(serialise), refuse, request, context);
}

}  // namespace

Task<Response> post_sms(Request& request, Context& context)
{
    return post(Channel::sms, request, context);
}

Task<Response> post_email(Request& request, Context& context)
{
    return post(Channel::email, request, context);
}

// Letters and whatever else somebody thinks of: the plain 404, after authentication and after the body was read, as in
// the family.
Task<Response> post_unknown_type(Request& request, Context&)
{
    if (const auto body = parse_json(request.body); !body) co_return refuse(body.error());
    co_return route_not_found_response();
}

}  // namespace herald::http::v2
