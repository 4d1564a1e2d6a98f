// POST /notifications/{sms|email}
//
// Security: the body was parsed with limits on size and depth and holds no NUL; messages quote only what the caller
// himself sent.

#include <fmt/format.h>

#include "domain/recipients/recipient.hpp"
#include "http/accept_message.hpp"
#include "http/field_errors.hpp"
#include "http/json_body.hpp"
#include "http/v1/handlers.hpp"

namespace herald::http::v1
{

namespace
{

// The text of a member that has to be a string; otherwise says what is wrong with it.
std::optional<std::string> read_text(const json::object& body, std::string_view name, bool required,
                                     FieldErrors& errors)
{
    const auto* value = body.if_contains(name);
    if (value == nullptr)
    {
        if (required) errors.add(name, "Missing data for required field.");
        return std::nullopt;
    }
    if (value->is_string()) return std::string(value->get_string());
    errors.add(name, value->is_null() ? "Field may not be null." : "Not a valid string.");
    return std::nullopt;
}

Recipient read_recipient(std::string_view to, Channel channel, const std::string& region, FieldErrors& errors)
{
    auto recipient = parse_recipient(channel, to, region);
    if (recipient) return std::move(*recipient);
    const std::string_view kind = channel == Channel::sms ? "Invalid phone number: " : "";
    errors.add("to", std::string(kind) + recipient.error().message);
    return {};
}

// Unknown members are ignored, as ever in v1.
MessageRequest read_message(const json::object& body, Channel channel, const std::string& region, FieldErrors& errors)
{
    MessageRequest message;
    message.order = CheckOrder::v1;
    message.channel = channel;
    static_cast<void>(read_text(body, "job", false, errors));
    static_cast<void>(read_text(body, "status", false, errors));
    if (const auto* values = body.if_contains("personalisation"))
    {
        if (values->is_object())
            message.personalisation = values->get_object();
        else
            errors.add("personalisation", values->is_null() ? "Field may not be null." : "Not a valid mapping type.");
    }
    if (const auto template_id = read_text(body, "template", true, errors))
    {
        message.template_id = TemplateId::parse(*template_id).value_or(TemplateId{});
    }
    if (const auto to = read_text(body, "to", true, errors))
        message.recipient = read_recipient(*to, channel, region, errors);
    return message;
}

Result<json::object> read_body(const Request& request)
{
    auto body = read_json_body(request);
    if (!body) return Failure(body.error());
    if (body->is_object()) return std::move(body->get_object());
    return fail(ErrorKind::validation, "Invalid input type.");
}

json::object answer_of(const AcceptedMessage& accepted)
{
    const Template& from = accepted.from_template->facts;
    json::object data{{"notification", {{"id", accepted.id.to_string()}}},
                      {"template_version", from.version},
                      {"body", accepted.body}};
    if (from.type == Channel::email) data["subject"] = accepted.subject;
    return {{"data", std::move(data)}};
}

// What v1 says by field; limits, templates and the rest are plain text.
Response refuse(const Error& error, Channel channel)
{
    FieldErrors errors;
    if (error.kind == ErrorKind::channel_not_allowed)
        errors.add("service", fmt::format("Cannot send {}", channel == Channel::sms ? "text messages" : "emails"));
    else if (error.kind == ErrorKind::recipient_not_allowed)
        errors.add("to", error.message);
    else if (error.kind == ErrorKind::validation)
        return internal_error_response(400, error.message);
    else
        return error_response(error, ErrorShape::internal);
    return errors.response();
}

}  // namespace

Task<Response> post_notification(Request& request, Context& context)
{
    const auto type = request.path_parameter("notification_type").value_or("");
    const auto channel = parse_channel(type);
    if (!channel) co_return internal_error_response(400, fmt::format("{} notification type is not supported", type));
    const auto place = co_await context.turnstile.enter(request.principal.service->service().id, request.deadline);
    if (!place) co_return error_response(place.error(), ErrorShape::internal);
    const auto body = read_body(request);
    if (!body && body.error().kind == ErrorKind::validation)
    {
        FieldErrors errors;
        errors.add("_schema", body.error().message);
        co_return errors.response();
    }
    if (!body) co_return error_response(body.error(), ErrorShape::internal);

    FieldErrors errors;
    auto message = read_message(*body, *channel, context.accept.options().default_region, errors);
    if (!errors.empty()) co_return errors.response();
    // A template id that is no UUID is not looked for.
    if (message.template_id == TemplateId{}) co_return internal_error_response(404, "No result found");
    AcceptNotification::Serialise serialise = [](const AcceptedMessage& accepted)
    {
        return to_wire(answer_of(accepted));
    };
    Refuse refusal = [channel](const Error& error)
    {
        return refuse(error, *channel);
    };
    co_return co_await accept_message(std::move(message), std::move(serialise), std::move(refusal), request, context);
}

}  // namespace herald::http::v1
