#include "providers/aws_receipts/aws_events.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "providers/aws_receipts/receipt_rules.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kLongestName = 255;  // of a reference, a feedback id, a type
constexpr std::size_t kLongestAddress = 320;
// Of a text message, in bytes: the longest is 1,600 characters, of four bytes at the most.
constexpr std::size_t kLongestContent = 6400;

// The text at a JSON pointer, when it is one of a bounded length.
std::string text_at(const json::value& value, std::string_view pointer, std::size_t longest = kLongestName)
{
    boost::system::error_code missing;
    const auto* found = value.find_pointer(pointer, missing);
    if (found == nullptr || !found->is_string() || found->get_string().size() > longest) return {};
    return std::string(found->get_string());
}

// The same, when it is one plain word: it is shown as it is. A mailbox provider's own words are none.
std::string word_at(const json::value& value, std::string_view pointer)
{
    constexpr std::size_t kLongestWord = 64;
    std::string word = text_at(value, pointer, kLongestWord);
    const auto plain = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    };
    return std::ranges::all_of(word, plain) ? word : std::string();
}

Instant time_at(const json::value& value, std::string_view pointer, Instant otherwise)
{
    return parse_iso8601(text_at(value, pointer)).value_or(otherwise);
}

ProviderReport unreadable()
{
    return {"unreadable", {}};
}

ProviderReport ignored()
{
    return {"ignored", {}};
}

// The same part of every event of SES.
struct SesMail
{
    std::string reference;
    std::optional<NotificationId> notification_id;
    std::optional<ServiceId> service_id;
    Instant handed_over_at{};
};

SesMail read_mail(const json::value& event, Instant sent_at)
{
    SesMail mail;
    mail.reference = text_at(event, "/mail/messageId");
    const auto tag = [&event](std::string_view name)
    {
        return text_at(event, "/mail/tags/" + std::string(name) + "/0");
    };
    mail.notification_id = NotificationId::parse(tag(kSesNotificationTag));
    mail.service_id = ServiceId::parse(tag(kSesServiceTag));
    mail.handed_over_at = time_at(event, "/mail/timestamp", sent_at);
    return mail;
}

ProviderReport receipt_report(Receipt receipt, const ReceiptMeaning& meaning)
{
    receipt.status = meaning.status;
    receipt.provider_response = meaning.provider_response;
    return {std::string(to_string(meaning.status)), std::move(receipt)};
}

// Who complained. Of several, nobody can say which one it was: SES names all of them at a mailbox provider.
std::string complained_recipient(const json::value& event)
{
    boost::system::error_code missing;
    const auto* const all = event.find_pointer("/complaint/complainedRecipients", missing);
    if (all == nullptr || !all->is_array() || all->get_array().size() != 1) return {};
    return text_at(*all, "/0/emailAddress", kLongestAddress);
}

ProviderReport read_complaint(const json::value& event, SesMail mail, Instant sent_at)
{
    Complaint complaint;
    complaint.provider = kSesProvider;
    complaint.reference = std::move(mail.reference);
    complaint.notification_id = mail.notification_id;
    complaint.service_id = mail.service_id;
    complaint.feedback_id = text_at(event, "/complaint/feedbackId");
    complaint.type = word_at(event, "/complaint/complaintFeedbackType");
    complaint.sub_type = word_at(event, "/complaint/complaintSubType");
    complaint.recipient = complained_recipient(event);
    complaint.complained_at = time_at(event, "/complaint/timestamp", sent_at);
    complaint.handed_over_at = mail.handed_over_at;
    return {"complaint", std::move(complaint)};
}

// Where the event says when it happened.
std::string_view time_of(std::string_view type)
{
    if (type == "Bounce") return "/bounce/timestamp";
    if (type == "Delivery") return "/delivery/timestamp";
    if (type == "DeliveryDelay") return "/deliveryDelay/timestamp";
    return "/mail/timestamp";
}

}  // namespace

ProviderReport read_ses_event(std::string_view body, Instant sent_at)
{
    const auto event = parse_json(body);
    const bool is_object = event && event->is_object();
    std::string type = is_object ? text_at(*event, "/notificationType") : std::string();
    if (is_object && type.empty()) type = text_at(*event, "/eventType");
    // What SES says once when a topic is connected ("Successfully validated SNS topic") is no event. Every event has a
    // "mail", by which the family tells them as well.
    if (type.empty()) return body.contains("\"mail\"") ? unreadable() : ignored();
    auto mail = read_mail(*event, sent_at);
    if (mail.reference.empty()) return unreadable();
    if (type == "Complaint") return read_complaint(*event, std::move(mail), sent_at);

    Receipt receipt;
    receipt.provider = kSesProvider;
    receipt.reference = std::move(mail.reference);
    receipt.notification_id = mail.notification_id;
    receipt.service_id = mail.service_id;
    receipt.at = time_at(*event, time_of(type), sent_at);
    if (type == "Bounce")
    {
        const std::string bounce = text_at(*event, "/bounce/bounceType");
        if (bounce.empty()) return unreadable();
        return receipt_report(std::move(receipt), meaning_of_bounce(bounce, text_at(*event, "/bounce/bounceSubType")));
    }
    const auto meaning = meaning_of_event(type);
    return meaning ? receipt_report(std::move(receipt), *meaning) : ignored();
}

ProviderReport read_sns_sms_status(std::string_view body, Instant sent_at)
{
    const auto event = parse_json(body);
    if (!event || !event->is_object()) return unreadable();
    Receipt receipt;
    receipt.provider = kSnsProvider;
    receipt.reference = text_at(*event, "/notification/messageId");
    // "2016-06-28 00:40:34.558": UTC.
    receipt.at = time_at(*event, "/notification/timestamp", sent_at);
    const std::string status = text_at(*event, "/status");
    if (receipt.reference.empty() || status.empty()) return unreadable();
    constexpr std::size_t kLongestResponse = 1000;
    const auto meaning = meaning_of_sms_status(status, text_at(*event, "/delivery/providerResponse", kLongestResponse));
    return meaning ? receipt_report(std::move(receipt), *meaning) : ignored();
}

ProviderReport read_sns_inbound_sms(std::string_view body, Instant sent_at)
{
    const auto event = parse_json(body);
    if (!event || !event->is_object()) return unreadable();
    // A topic may carry other things; what is no text message is passed over, as the family does it.
    if (!event->get_object().contains("inboundMessageId")) return ignored();
    InboundText text;
    text.provider = kSnsProvider;
    text.reference = text_at(*event, "/inboundMessageId");
    text.from = text_at(*event, "/originationNumber");
    text.to = text_at(*event, "/destinationNumber");
    const auto* const content = event->get_object().if_contains("messageBody");
    if (content != nullptr && content->is_string() && content->get_string().size() > kLongestContent)
        return unreadable();  // it is in the journal, which an empty text would not tell
    text.content = text_at(*event, "/messageBody", kLongestContent);
    text.sent_at = sent_at;
    if (text.reference.empty() || text.from.empty() || text.to.empty()) return unreadable();
    return {"inbound-sms", std::move(text)};
}

ProviderReport read_aws_event(std::string_view provider, ReceiptKind kind, std::string_view body, Instant sent_at)
{
    if (provider == kSesProvider && kind == ReceiptKind::email_event) return read_ses_event(body, sent_at);
    if (provider == kSnsProvider && kind == ReceiptKind::sms_status) return read_sns_sms_status(body, sent_at);
    if (provider == kSnsProvider && kind == ReceiptKind::inbound_sms) return read_sns_inbound_sms(body, sent_at);
    return unreadable();
}

}  // namespace herald
