// Why a service does not write to a recipient any more. Pure; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace herald
{

// Stored as smallint with these numbers; accept_notifications.sql knows the names as well.
enum class SuppressionReason : std::int16_t
{
    hard_bounce = 1,   // the address does not exist
    complaint = 2,     // the recipient reported the message as spam
    unsubscribed = 3,  // by the link in an email, or by asking the service
    stop = 4,          // by a text message
};

inline constexpr std::array kAllSuppressionReasons = {
    SuppressionReason::hard_bounce,
    SuppressionReason::complaint,
    SuppressionReason::unsubscribed,
    SuppressionReason::stop,
};

std::string_view to_string(SuppressionReason reason);  // "hard_bounce"
std::optional<SuppressionReason> parse_suppression_reason(std::string_view text);

}  // namespace herald
