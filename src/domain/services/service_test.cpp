#include "domain/services/service.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

TEST(ServicePermission, NamesAreTheWires)
{
    for (const std::string_view name : {"email", "sms", "international_sms", "inbound_sms", "schedule_notifications",
                                        "email_auth", "upload_document", "edit_folder_permissions"})
    {
        const auto permission = parse_service_permission(name);
        ASSERT_TRUE(permission) << name;
        EXPECT_EQ(to_string(*permission), name);
    }
    EXPECT_FALSE(parse_service_permission("letter"));
    EXPECT_FALSE(parse_service_permission(""));
}

TEST(ServicePermission, AServiceMayWhatItsBitsSay)
{
    Service service;
    EXPECT_FALSE(service.may(ServicePermission::sms));
    service.permissions = static_cast<std::uint32_t>(ServicePermission::sms) |
                          static_cast<std::uint32_t>(ServicePermission::upload_document);
    EXPECT_TRUE(service.may(ServicePermission::sms));
    EXPECT_TRUE(service.may(ServicePermission::upload_document));
    EXPECT_FALSE(service.may(ServicePermission::international_sms));
}

}  // namespace
}  // namespace herald
