// What providers tell over HTTP after a hand-off: who says so, and what it means. The seam between whoever receives it
// (operations/receive_receipts, http/callbacks) and the provider that knows its own words (providers/aws_receipts).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "providers/provider.hpp"

namespace herald
{

// Which reader an event is for. Stored in receipt_journal as smallint with these numbers.
enum class ReceiptKind : std::int16_t
{
    email_event = 1,  // SES: delivered, bounced, complained about
    sms_status = 2,   // SNS: the fate of a text message
    inbound_sms = 3,  // SNS: somebody wrote to a number of ours
};

// A message whose signature was good and whose topic is ours. The body is personal data: never log it.
struct SignedMessage
{
    enum class Type
    {
        notification,
        subscription_confirmation,
        unsubscribe_confirmation,
    };
    Type type = Type::notification;
    std::string id;  // the sender's name for it; the same when it is sent again
    std::string topic;
    Instant sent_at{};
    std::string body;
    std::string confirm_url;  // of the confirmations
};

// A recipient told the provider that the message was unwanted.
struct Complaint
{
    std::string provider;
    std::string reference;
    std::optional<NotificationId> notification_id;  // when the provider echoes them
    std::optional<ServiceId> service_id;
    std::string feedback_id;  // the provider's name for the complaint
    std::string type;         // "abuse", "not-spam", ...; empty: not told
    std::string sub_type;
    std::string recipient;  // who complained; empty: not told, or one of several. Personal data
    Instant complained_at{};
    Instant handed_over_at{};  // when the provider took the message
};

// A text message to a number of ours. Personal data.
struct InboundText
{
    std::string provider;
    std::string reference;
    std::string from;
    std::string to;
    std::string content;
    Instant sent_at{};
};

// One event as today's mapping reads it. `reading` is its name in the journal and in metrics, of a small set: a status
// ("delivered"), "complaint", "inbound-sms", "ignored" (it is about nothing that we keep) or "unreadable".
struct ProviderReport
{
    std::string reading;
    std::variant<std::monostate, Receipt, Complaint, InboundText> what;
};

// Pure: replaying an event reads it as it was read first, unless the mapping has changed. `sent_at` is for events
// without a time of their own. A provider whose words the reader does not know: unreadable. Never throws for what the
// event holds.
using ReportReader = ProviderReport (*)(std::string_view provider, ReceiptKind kind, std::string_view body,
                                        Instant sent_at);

// Whoever proves that a message is from a provider. Belongs to one Loop; many calls may be under way at once.
class ReceiptSource
{
public:
    virtual ~ReceiptSource() = default;

    // `type` is the type that the request's header claims. bad_request: "invalid message type", "invalid JSON given" or
    // "validation failed", with the reason in `detail`. unavailable: it cannot be told now; the sender tries again.
    virtual Task<Result<SignedMessage>> verify(std::string type, std::string_view body, Instant now,
                                               Deadline deadline) = 0;
    // Answers a subscription_confirmation with yes. bad_request: the other side did not take it; unavailable: no
    // answer.
    virtual Task<Result<void>> confirm(SignedMessage message, Deadline deadline) = 0;
};

}  // namespace herald
