// POST /v2/notifications/sms, /email
//
// Security: the body was parsed with limits on size and depth and holds no NUL; messages quote only what the caller
// himself sent.

#include "domain/recipients/recipient.hpp"
#include "http/context.hpp"
#include "http/server/response.hpp"
#include "http/v2/handlers.hpp"
#include "http/v2/schema.hpp"

namespace herald::http
{

namespace
{

constexpr auto kScheduleWindow = std::chrono::hours(24);

FieldCheck scheduled_for_check(Instant now)
{
    return [now](const json::value& value) -> std::optional<std::string>
    {
        if (value.is_null()) return std::nullopt;
        if (!value.is_string()) return display(value) + " is not of type string, null";
        const auto when = parse_iso8601(std::string_view(value.get_string()));
        if (!when)
            return "datetime format is invalid. It must be a valid ISO8601 date time format, "
                   "https://en.wikipedia.org/wiki/ISO_8601";
        if (*when < now) return "datetime can not be in the past";
        if (*when > now + kScheduleWindow) return "datetime can only be 24 hours in the future";
        return std::nullopt;
    };
}

std::optional<std::string> check_phone(const json::value& value, const std::string& region)
{
    if (!value.is_string()) return check_string(value);
    const auto phone = parse_phone_number(std::string_view(value.get_string()), region);
    if (phone) return std::nullopt;
    return phone.error().message;
}

std::optional<std::string> check_email(const json::value& value)
{
    if (!value.is_string()) return check_string(value);
    const auto address = parse_email_address(std::string_view(value.get_string()));
    if (address) return std::nullopt;
    return address.error().message;
}

std::vector<Field> fields_of(Channel channel, Instant now, const std::string& region)
{
    std::vector<Field> fields{{"reference", false, check_reference}};
    if (channel == Channel::sms)
        fields.push_back({"phone_number", true, [region](const json::value& value)
                          {
                              return check_phone(value, region);
                          }});
    else
        fields.push_back({"email_address", true, check_email});
    fields.push_back({"template_id", true, check_uuid});
    fields.push_back({"personalisation", false, check_object_type});
    fields.push_back({"scheduled_for", false, scheduled_for_check(now)});
    fields.push_back({channel == Channel::sms ? "sms_sender_id" : "email_reply_to_id", false, check_uuid});
    if (channel == Channel::email)
    {
        fields.push_back({"one_click_unsubscribe_url", false, check_https_url});
        fields.push_back({"sanitise_content_for", false, check_array_or_null});
    }
    return fields;
}

std::optional<std::string> text_member(const json::object& body, std::string_view name)
{
    const auto* value = body.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

MessageRequest read_message(const json::object& body, Channel channel, Request& request)
{
    MessageRequest message;
    message.channel = channel;
    message.recipient = text_member(body, channel == Channel::sms ? "phone_number" : "email_address").value_or("");
    message.template_id = *TemplateId::parse(text_member(body, "template_id").value_or(""));
    if (const auto* values = body.if_contains("personalisation")) message.personalisation = values->get_object();
    message.reference = text_member(body, "reference");
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
    if (const auto key = request.header("Idempotency-Key")) message.idempotency_key = std::string(*key);
    message.body = std::move(request.body);
    return message;
}

json::value optional_text(const std::optional<std::string>& text)
{
    if (!text) return nullptr;
    return json::value(*text);
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
        content["one_click_unsubscribe_url"] = optional_text(accepted.one_click_unsubscribe_url);
    }
    json::object answer{
        {"id", accepted.id.to_string()},
        {"reference", optional_text(accepted.reference)},
        {"uri", base_url + "v2/notifications/" + accepted.id.to_string()},
        {"scheduled_for", nullptr},
        {"content", std::move(content)},
        {"template",
         {{"id", from.id.to_string()},
          {"version", from.version},
          {"uri", base_url + "services/" + from.service_id.to_string() + "/templates/" + from.id.to_string()}}},
    };
    if (from.type == Channel::email) answer["sanitised_content"] = accepted.sanitised_content;
    return answer;
}

void add_rate_headers(Response& response, const RateDecision& rate)
{
    if (rate.limit == 0) return;
    response.headers.emplace_back("RateLimit-Limit", std::to_string(rate.limit));
    response.headers.emplace_back("RateLimit-Remaining", std::to_string(rate.remaining));
    const int wait = response.status == 429 ? std::max(1, rate.retry_after_seconds) : 0;
    response.headers.emplace_back("RateLimit-Reset", std::to_string(wait));
    if (response.status == 429) response.headers.emplace_back("Retry-After", std::to_string(wait));
}

int seconds_to_midnight(Instant now)
{
    const auto next = Instant(std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1));
    return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(next - now).count());
}

Task<Response> post(Channel channel, Request& request, Context& context)
{
    const auto body = parse_json(request.body);
    if (!body) co_return error_response(body.error(), ErrorShape::v2);
    if (const auto valid =
            check_object(*body, fields_of(channel, context.clock.now(), context.accept.options().default_region));
        !valid)
        co_return error_response(valid.error(), ErrorShape::v2);

    auto message = read_message(body->get_object(), channel, request);
    RateDecision rate;
    const auto serialise = [base_url = request.base_url](const AcceptedMessage& accepted)
    {
        return to_wire(answer_of(accepted, base_url));
    };
    AcceptNotification::Serialise serialise_function = serialise;
    const auto answer =
        co_await context.accept.accept(request.principal.service, *request.principal.key, std::move(message),
                                       std::move(serialise_function), rate, request.deadline);
    Response response = answer ? json_text_response(201, *answer) : error_response(answer.error(), ErrorShape::v2);
    if (!answer && answer.error().kind == ErrorKind::too_many_requests)
        rate.retry_after_seconds = seconds_to_midnight(context.clock.now());
    add_rate_headers(response, rate);
    co_return response;
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

}  // namespace herald::http
