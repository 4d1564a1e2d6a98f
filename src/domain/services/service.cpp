#include "domain/services/service.hpp"

#include <array>
#include <utility>

namespace herald
{
namespace
{

using Name = std::pair<ServicePermission, std::string_view>;

constexpr std::array kNames = {
    Name(ServicePermission::email, "email"),
    Name(ServicePermission::sms, "sms"),
    Name(ServicePermission::international_sms, "international_sms"),
    Name(ServicePermission::inbound_sms, "inbound_sms"),
    Name(ServicePermission::schedule_notifications, "schedule_notifications"),
    Name(ServicePermission::email_auth, "email_auth"),
    Name(ServicePermission::upload_document, "upload_document"),
    Name(ServicePermission::edit_folder_permissions, "edit_folder_permissions"),
};

}  // namespace

std::string_view to_string(ServicePermission permission)
{
    for (const auto& [known, name] : kNames)
        if (known == permission) return name;
    return "unknown";
}

std::optional<ServicePermission> parse_service_permission(std::string_view text)
{
    for (const auto& [permission, name] : kNames)
        if (name == text) return permission;
    return std::nullopt;
}

}  // namespace herald
