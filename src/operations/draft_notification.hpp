// From a request to the row that is written: every check that needs no I/O, in the order of the contract
// (the family's wire contract), and the rendering. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/json.hpp"
#include "domain/recipients/recipient.hpp"
#include "operations/notification_writer.hpp"
#include "operations/service_context.hpp"

namespace herald
{

struct AcceptOptions
{
    std::string email_domain = "notify.localhost";
    std::string sms_from_number = "+12025550100";
    std::string default_region = "US";
    std::string admin_base_url = "http://localhost:6012";
};

// In which order a request's faults are told, after its schema. Both: rate, daily limit, template, placeholders, empty.
enum class CheckOrder
{
    v2,  // permission before all; last sender, recipient, international, files, length
    v1,  // last length, recipient, permission, international (GSA/notifications-api, app/notifications/rest.py)
};

// What the caller asked for: well-formed by the request's schema, nothing else checked yet.
struct MessageRequest
{
    CheckOrder order = CheckOrder::v2;
    Channel channel = Channel::sms;
    Recipient recipient;
    TemplateId template_id;
    json::object personalisation;
    std::optional<std::string> reference;
    std::optional<Uuid> sender_id;         // sms_sender_id or email_reply_to_id
    std::optional<Instant> scheduled_for;  // empty: now
    std::optional<std::string> one_click_unsubscribe_url;
    std::vector<std::string> sanitise_content_for;
    std::optional<std::string> idempotency_key;
    std::string body;  // as received: what an Idempotency-Key is bound to
    std::string trace_id;
};

struct AcceptedMessage
{
    NotificationId id;
    std::optional<std::string> reference;
    std::optional<Instant> scheduled_for;
    TemplatePtr from_template;
    std::string body;
    std::string subject;  // email
    std::string from;     // sms: from_number; email: from_email
    std::optional<std::string> one_click_unsubscribe_url;
    json::object sanitised_content;
};

struct DraftNotification
{
    AcceptedMessage message;
    NewNotification row;
    std::u32string downgraded;  // sms: characters that something else is sent for
};

// Who sends: a key of the service, or a person.
struct DraftSender
{
    KeyType key_type = KeyType::normal;
    std::optional<ApiKeyId> api_key_id;
    std::optional<UserId> created_by_id;
};

// What drafting needs besides the request.
struct DraftContext
{
    const ServiceContext& service;
    DraftSender sender;
    const KeyRing& keys;
    const TimeZone& zone;
    const AcceptOptions& options;
    Instant now{};
    std::optional<NotificationId> id = {};  // of a job's row; otherwise a new one
};

// channel_not_allowed.
Result<void> check_permission(const Service& service, Channel channel);
// bad_request: the service may not have messages sent later.
Result<void> check_may_schedule(const Service& service, const std::optional<Instant>& scheduled_for);

// bad_request: the service has no such sms sender or reply-to; empty: the default.
Result<void> check_sender(const ServiceContext& context, Channel channel, const std::optional<Uuid>& sender_id);

// Errors: bad_request, recipient_not_allowed or channel_not_allowed with the texts of the contract, in its order
// (CheckOrder).
Result<DraftNotification> draft_notification(const DraftContext& context, const MessageRequest& request,
                                             TemplatePtr from_template);

}  // namespace herald
