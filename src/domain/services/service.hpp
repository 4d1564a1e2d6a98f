// A service: a team's account. Its API keys. What it may do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"

namespace herald
{

// Bits of Service::permissions; names are the wire's.
enum class ServicePermission : std::uint32_t
{
    email = 1u << 0,
    sms = 1u << 1,
    international_sms = 1u << 2,
    inbound_sms = 1u << 3,
    schedule_notifications = 1u << 4,
    email_auth = 1u << 5,
    upload_document = 1u << 6,
    edit_folder_permissions = 1u << 7,
};
std::string_view to_string(ServicePermission permission);
std::optional<ServicePermission> parse_service_permission(std::string_view text);

struct Service
{
    ServiceId id;
    std::string name;
    std::string email_from;  // local part of the From address
    bool active = true;
    bool restricted = true;      // trial mode
    bool research_mode = false;  // nothing leaves the building
    bool prefix_sms = true;
    std::int64_t message_limit = 0;  // messages a UTC day
    std::int32_t rate_limit = 0;     // requests a minute and key type
    std::uint32_t permissions = 0;
    std::int32_t retention_days_email = 7;
    std::int32_t retention_days_sms = 7;

    [[nodiscard]] bool may(ServicePermission permission) const
    {
        return (permissions & static_cast<std::uint32_t>(permission)) != 0;
    }
};

struct ApiKey
{
    ApiKeyId id;
    ServiceId service_id;
    std::string name;
    std::string secret;  // the UUID text that signs tokens; sealed at rest
    KeyType type = KeyType::normal;
    std::optional<Instant> expiry_date;  // set: revoked at that time
};

}  // namespace herald
