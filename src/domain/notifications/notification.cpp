#include "domain/notifications/notification.hpp"

#include <utility>

namespace herald
{
namespace
{

template <class T>
using Name = std::pair<T, std::string_view>;

constexpr std::array kChannelNames = {
    Name<Channel>(Channel::email, "email"),
    Name<Channel>(Channel::sms, "sms"),
};

constexpr std::array kKeyTypeNames = {
    Name<KeyType>(KeyType::normal, "normal"),
    Name<KeyType>(KeyType::team, "team"),
    Name<KeyType>(KeyType::test, "test"),
};

constexpr std::array kStatusNames = {
    Name<NotificationStatus>(NotificationStatus::created, "created"),
    Name<NotificationStatus>(NotificationStatus::sending, "sending"),
    Name<NotificationStatus>(NotificationStatus::pending, "pending"),
    Name<NotificationStatus>(NotificationStatus::sent, "sent"),
    Name<NotificationStatus>(NotificationStatus::delivered, "delivered"),
    Name<NotificationStatus>(NotificationStatus::failed, "failed"),
    Name<NotificationStatus>(NotificationStatus::technical_failure, "technical-failure"),
    Name<NotificationStatus>(NotificationStatus::temporary_failure, "temporary-failure"),
    Name<NotificationStatus>(NotificationStatus::permanent_failure, "permanent-failure"),
    Name<NotificationStatus>(NotificationStatus::cancelled, "cancelled"),
    Name<NotificationStatus>(NotificationStatus::pending_virus_check, "pending-virus-check"),
    Name<NotificationStatus>(NotificationStatus::validation_failed, "validation-failed"),
    Name<NotificationStatus>(NotificationStatus::virus_scan_failed, "virus-scan-failed"),
};
static_assert(kStatusNames.size() == kAllStatuses.size());

std::string_view name_of(const auto& names, auto value)
{
    for (const auto& [known, name] : names)
        if (known == value) return name;
    return "unknown";
}

template <class T>
std::optional<T> value_of(const auto& names, std::string_view text)
{
    for (const auto& [value, name] : names)
        if (name == text) return value;
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Channel channel)
{
    return name_of(kChannelNames, channel);
}

std::string_view to_string(KeyType type)
{
    return name_of(kKeyTypeNames, type);
}

std::string_view to_string(NotificationStatus status)
{
    return name_of(kStatusNames, status);
}

std::optional<Channel> parse_channel(std::string_view text)
{
    return value_of<Channel>(kChannelNames, text);
}

std::optional<KeyType> parse_key_type(std::string_view text)
{
    return value_of<KeyType>(kKeyTypeNames, text);
}

std::optional<NotificationStatus> parse_status(std::string_view text)
{
    return value_of<NotificationStatus>(kStatusNames, text);
}

bool is_completed(NotificationStatus status)
{
    switch (status)
    {
        case NotificationStatus::sent:
        case NotificationStatus::delivered:
        case NotificationStatus::failed:
        case NotificationStatus::technical_failure:
        case NotificationStatus::temporary_failure:
        case NotificationStatus::permanent_failure:
        case NotificationStatus::cancelled:
            return true;
        default:
            return false;
    }
}

bool awaits_receipt(NotificationStatus status)
{
    return status == NotificationStatus::created || status == NotificationStatus::sending ||
           status == NotificationStatus::pending;
}

}  // namespace herald
