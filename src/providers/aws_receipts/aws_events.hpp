// What Amazon tells of messages: SES's events, SNS's delivery status of text messages, and text messages to a number of
// ours. JSON in each case, inside of an SNS message.
// Sources: receipt_rules.hpp's, and https://docs.aws.amazon.com/sns/latest/dg/sms_sending-two-way.html (inbound).
//
// Security: the sender is proven, but the words inside are not all Amazon's: a receiving server's diagnostics, a
// person's text. Only what is named here is taken, bounded, and nothing of it is logged. Pure; thread-safe.
#pragma once

#include <string_view>

#include "providers/receipt_source.hpp"

namespace herald
{

// Under which SES's `mail.tags` echo what a message was handed over with: its id, and its service's.
inline constexpr std::string_view kSesNotificationTag = "notification_id";
inline constexpr std::string_view kSesServiceTag = "service_id";

inline constexpr std::string_view kSesProvider = "ses";
inline constexpr std::string_view kSnsProvider = "sns";

// Both shapes: `notificationType` of an identity's notifications, `eventType` of a configuration set's events.
ProviderReport read_ses_event(std::string_view body, Instant sent_at);
ProviderReport read_sns_sms_status(std::string_view body, Instant sent_at);
ProviderReport read_sns_inbound_sms(std::string_view body, Instant sent_at);

// A ReportReader: the reader of that provider's kind.
ProviderReport read_aws_event(std::string_view provider, ReceiptKind kind, std::string_view body, Instant sent_at);

}  // namespace herald
