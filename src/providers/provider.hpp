// What every provider is to Herald: someone who takes one message and tells later how it went.
//
// A provider never reads the database and never decides what a failure means for the notification: it reports an
// outcome, and operations/deliver_notifications decides. tests/conformance/provider_suite.hpp is what every
// implementation must pass.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "runtime/task.hpp"

namespace herald
{

// Whoever takes what test keys send, and nobody gets it.
inline constexpr std::string_view kSimulatorName = "simulator";

// A message, ready to go. Personal data: never log it.
struct OutgoingMessage
{
    NotificationId
        id;  // also the client reference given to providers that take one, so that a second send can be recognised
    ServiceId service_id;
    Channel channel = Channel::email;
    std::string to;  // E.164 for sms, the address for email

    // sms
    std::string sender;  // what the phone shows: a number or up to 11 characters
    std::string body;    // sms text, or the email's plain text part

    // email
    std::string from_name;     // the service's name
    std::string from_address;  // email_from@domain
    std::optional<std::string> reply_to;
    std::string subject;
    std::string html;
    std::optional<std::string> one_click_unsubscribe_url;  // List-Unsubscribe and List-Unsubscribe-Post (RFC 8058)
};

enum class SendStatus
{
    accepted,   // the provider has it; `reference` is its name for the message
    rejected,   // it will never take this message: technical-failure at once
    retryable,  // not taken now (busy, throttled, not reachable): try again later
    uncertain,  // no answer after the message may have left (time-out while waiting for the answer)
};

struct SendOutcome
{
    SendStatus status = SendStatus::retryable;
    std::string reference;
    std::string detail;            // for the event and the log: a code or reason without personal data
    bool receipt_expected = true;  // false: accepted is all we will ever hear (plain SMTP): status `sent`/`delivered`
                                   // is decided by the operation

    SendOutcome() = default;
    SendOutcome(SendStatus s, std::string ref, std::string why = {})
        : status(s), reference(std::move(ref)), detail(std::move(why))
    {
    }
};

// The fate of a message as its provider tells it.
struct Receipt
{
    std::string provider;
    std::string reference;
    // When the provider echoes what it was given with the message. Both together find a message that nobody awaits
    // news of any more.
    std::optional<NotificationId> notification_id;
    std::optional<ServiceId> service_id;
    NotificationStatus status = NotificationStatus::delivered;  // delivered, sent, pending or one of the failures
    std::string provider_response;                              // shown in the API's provider_response; empty: null
    Instant at{};
};

// Takes receipts from a provider. Called on the provider's loop; must not block and must not throw.
using ReceiptSink = std::function<void(Receipt)>;

class Provider
{
public:
    virtual ~Provider() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;  // stable: stored as sent_by, used as metric label
    [[nodiscard]] virtual bool supports(Channel channel) const = 0;

    // Hands over one message. Must return by `deadline` (a retryable or uncertain outcome), must not throw for anything
    // the other side does. Many may be under way at once.
    virtual Task<SendOutcome> send(const OutgoingMessage& message, Deadline deadline) = 0;

    // Asks what became of a message that was handed over under this reference or id: settles `uncertain` and finds lost
    // receipts. nullopt: this provider cannot tell.
    virtual Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view reference, Deadline deadline) = 0;
};

}  // namespace herald
