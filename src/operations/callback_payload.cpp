#include "operations/callback_payload.hpp"

#include "base/json.hpp"
#include "operations/inbound_contents.hpp"
#include "operations/notification_contents.hpp"

namespace herald
{

namespace
{

json::value instant_or_null(const std::optional<Instant>& instant)
{
    return instant ? json::value(format_v2(*instant)) : json::value(nullptr);
}

json::value text_or_null(const std::optional<std::string>& text)
{
    return text ? json::value(*text) : json::value(nullptr);
}

// completed_at is the time of the last change whatever the status, as the family sends it.
Result<std::string> delivery_status(const KeyRing& keys, const CallbackTask& task)
{
    if (!task.notification || task.contents_sealed.empty())
        return fail(ErrorKind::not_found, "the message's contents were purged");
    const auto& message = *task.notification;
    const auto contents = open_contents(keys, message.id, task.contents_sealed);
    if (!contents) return fail(contents.error().kind, "the message's contents do not open");
    json::object body;
    body["id"] = message.id.to_string();
    body["reference"] = text_or_null(message.reference);
    body["to"] = contents->to;
    body["status"] = to_string(message.status);
    body["created_at"] = format_v2(message.created_at);
    body["completed_at"] = instant_or_null(message.updated_at);
    body["sent_at"] = instant_or_null(message.sent_at);
    body["notification_type"] = to_string(message.channel);
    body["template_id"] = message.template_id.to_string();
    body["template_version"] = message.template_version;
    return to_wire(body);
}

// A complaint may come when the recipient's address is purged already: it is told all the same.
Result<std::string> complaint(const KeyRing& keys, const CallbackTask& task)
{
    if (!task.complained_at || !task.notification_id) return fail(ErrorKind::not_found, "the complaint was deleted");
    json::object body;
    body["notification_id"] = task.notification_id->to_string();
    body["complaint_id"] = task.subject_id.to_string();
    body["reference"] = text_or_null(task.notification ? task.notification->reference : std::nullopt);
    body["to"] = nullptr;
    body["complaint_date"] = format_v2(*task.complained_at);
    if (!task.contents_sealed.empty())
    {
        const auto contents = open_contents(keys, *task.notification_id, task.contents_sealed);
        if (!contents) return fail(contents.error().kind, "the message's contents do not open");
        body["to"] = contents->to;
    }
    return to_wire(body);
}

Result<std::string> inbound_sms(const KeyRing& keys, const CallbackTask& task)
{
    if (!task.notify_number || !task.received_at) return fail(ErrorKind::not_found, "the text was purged");
    const auto contents = open_inbound(keys, InboundSmsId{task.subject_id}, task.inbound_sealed);
    if (!contents) return fail(contents.error().kind, "the text does not open");
    json::object body;
    body["id"] = task.subject_id.to_string();
    body["source_number"] = contents->user_number;
    body["destination_number"] = *task.notify_number;
    body["message"] = contents->content;
    body["date_received"] = format_v2(*task.received_at);
    return to_wire(body);
}

}  // namespace

Result<std::string> callback_body(const KeyRing& keys, const CallbackTask& task)
{
    switch (task.type)
    {
        case CallbackType::delivery_status:
            return delivery_status(keys, task);
        case CallbackType::complaint:
            return complaint(keys, task);
        case CallbackType::inbound_sms:
            return inbound_sms(keys, task);
    }
    return fail(ErrorKind::internal, "a callback of no known type");
}

std::string callback_trace_id(const KeyRing& keys, const CallbackTask& task)
{
    if (task.contents_sealed.empty() || !task.notification_id) return {};
    auto contents = open_contents(keys, *task.notification_id, task.contents_sealed);
    return contents ? std::move(contents->trace_id) : std::string();
}

}  // namespace herald
