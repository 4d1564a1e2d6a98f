// The words of a notification: its channel, its key's type, its status.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace herald
{

// Stored as smallint with these numbers; names are the wire's.
enum class Channel : std::int16_t
{
    email = 1,
    sms = 2,
};

enum class KeyType : std::int16_t
{
    normal = 1,
    team = 2,
    test = 3,
};

enum class NotificationStatus : std::int16_t
{
    created = 1,
    sending = 2,
    pending = 3,
    sent = 4,
    delivered = 5,
    failed = 6,
    technical_failure = 7,
    temporary_failure = 8,
    permanent_failure = 9,
    cancelled = 10,
    pending_virus_check = 11,
    validation_failed = 12,
    virus_scan_failed = 13,
};

inline constexpr std::array kAllStatuses = {
    NotificationStatus::created,
    NotificationStatus::sending,
    NotificationStatus::pending,
    NotificationStatus::sent,
    NotificationStatus::delivered,
    NotificationStatus::failed,
    NotificationStatus::technical_failure,
    NotificationStatus::temporary_failure,
    NotificationStatus::permanent_failure,
    NotificationStatus::cancelled,
    NotificationStatus::pending_virus_check,
    NotificationStatus::validation_failed,
    NotificationStatus::virus_scan_failed,
};

std::string_view to_string(Channel channel);
std::string_view to_string(KeyType type);
std::string_view to_string(NotificationStatus status);  // "technical-failure"
std::optional<Channel> parse_channel(std::string_view text);
std::optional<KeyType> parse_key_type(std::string_view text);
std::optional<NotificationStatus> parse_status(std::string_view text);

// The group that `status=failed` stands for in a filter.
inline constexpr std::array kFailedStatuses = {
    NotificationStatus::technical_failure, NotificationStatus::temporary_failure, NotificationStatus::permanent_failure,
    NotificationStatus::validation_failed, NotificationStatus::virus_scan_failed,
};

// Nothing more will happen to it (completed_at is shown).
bool is_completed(NotificationStatus status);
// A receipt may still change it.
bool awaits_receipt(NotificationStatus status);

}  // namespace herald
