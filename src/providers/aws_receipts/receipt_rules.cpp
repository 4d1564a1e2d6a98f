#include "providers/aws_receipts/receipt_rules.hpp"

#include <algorithm>

namespace herald
{

namespace
{

using enum NotificationStatus;

struct BounceRule
{
    std::string_view type;
    std::string_view sub_type;  // empty: any other
    ReceiptMeaning meaning;
};

// The first row that fits decides.
constexpr BounceRule kBounces[] = {
    // On SES's own global list: some account's message bounced hard within two weeks. Not tried, not delivered.
    {"Permanent", "Suppressed", {permanent_failure, "The email address is on our email provider suppression list"}},
    // On the list of our own account: it bounced hard or complained before. The words are the family's protocol.
    {"Permanent",
     "OnAccountSuppressionList",
     {permanent_failure, "The email address is on the GC Notify suppression list"}},
    // General, NoEmail and whatever comes: the receiving server said that the address does not exist. Never again.
    {"Permanent", "", {permanent_failure, ""}},
    // The receiving server will not take attachments like these; the address is good.
    {"Transient", "AttachmentRejected", {temporary_failure, "The email was rejected because of its attachments"}},
    // MailboxFull, MessageTooLarge, ContentRejected, General: the address is good, this message did not arrive.
    {"Transient", "", {temporary_failure, ""}},
    // A bounce that SES could not read. The family calls it temporary, and a wrong "permanent" would suppress a
    // recipient who is there.
    {"Undetermined", "", {temporary_failure, ""}},
};

struct EventRule
{
    std::string_view type;
    ReceiptMeaning meaning;
};

constexpr EventRule kEvents[] = {
    // SES took it from us. It settles an attempt whose answer was lost; otherwise it says what we know already.
    {"Send", {sending, ""}},
    // The receiving server took it.
    {"Delivery", {delivered, ""}},
    // SES had accepted it and then found a virus in it. It is not the recipient's doing, nor will it pass.
    {"Reject", {technical_failure, ""}},
    // SES could not make the email of one of its own templates. We use none; were it to come, nothing was sent.
    {"Rendering Failure", {technical_failure, ""}},
    // The receiving server said "not now"; SES goes on trying for hours. The message stays where it is: `pending` would
    // turn a hard bounce that follows into a temporary failure (the family's wire contract).
    {"DeliveryDelay", {sending, ""}},
};

struct SmsRule
{
    std::string_view response;  // what providerResponse begins with
    NotificationStatus status;
};

// Of status FAILURE, in AWS's words. The first row that fits decides; any other reason may pass: temporary.
constexpr SmsRule kSmsFailures[] = {
    {"Blocked as spam by phone carrier", permanent_failure},        // this text to this phone will always be
    {"Destination is on a blocked list", permanent_failure},        // the number's carrier or country is closed to us
    {"Invalid phone number", permanent_failure},                    // it does not exist
    {"Message body is invalid", technical_failure},                 // ours to mend, not the recipient's
    {"Phone carrier has blocked this message", permanent_failure},  // for this phone, by rule
    {"Phone carrier is currently unreachable/unavailable", temporary_failure},
    {"Phone has blocked SMS", permanent_failure},                       // a setting of its owner
    {"Phone is on a blocked list", permanent_failure},                  // likewise, at the carrier
    {"Phone is currently unreachable/unavailable", temporary_failure},  // switched off, abroad
    {"Phone number is opted out", permanent_failure},                   // it wrote STOP: AWS will not send until START
    {"This delivery would exceed max price", technical_failure},  // a limit of our account: an operator's to raise
    {"Unknown error attempting to reach phone", temporary_failure},
    // End User Messaging's words for the same, which accounts that were moved there get.
    {"Invalid", permanent_failure},  // the number, or nobody's
    {"Unknown", temporary_failure},
    {"Unreachable", temporary_failure},
    {"Carrier blocked", permanent_failure},
};

}  // namespace

ReceiptMeaning meaning_of_bounce(std::string_view type, std::string_view sub_type)
{
    for (const auto& rule : kBounces)
        if (rule.type == type && (rule.sub_type.empty() || rule.sub_type == sub_type)) return rule.meaning;
    return {};
}

std::optional<ReceiptMeaning> meaning_of_event(std::string_view type)
{
    const auto found = std::ranges::find(kEvents, type, &EventRule::type);
    return found == std::end(kEvents) ? std::nullopt : std::optional(found->meaning);
}

std::optional<ReceiptMeaning> meaning_of_sms_status(std::string_view status, std::string_view provider_response)
{
    // The carrier's, or the phone's where its carrier tells that: either way it is out of our hands, and well.
    if (status == "SUCCESS") return ReceiptMeaning{delivered, ""};
    if (status != "FAILURE") return std::nullopt;
    const auto found = std::ranges::find_if(
        kSmsFailures, [&](const SmsRule& rule) { return provider_response.starts_with(rule.response); });
    if (found == std::end(kSmsFailures)) return ReceiptMeaning{temporary_failure, ""};
    // AWS's own words, from the table: what the event itself says is outside bytes.
    return ReceiptMeaning{found->status, found->response};
}

}  // namespace herald
