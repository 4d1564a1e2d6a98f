#include "operations/manage_services.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_api_keys.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::manage;
using testing::new_service;
using testing::soon;
using testing::with_database;

template <class T>
std::string refusal_of(const Result<T>& result)
{
    return result ? "was not refused" : result.error().message;
}

TEST(ManageServices, CreateFillsInWhatIsNotSaid)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            NewService wanted;
            wanted.name = "Town Hall, Services";
            const auto made = co_await create_service(manage(database), std::move(wanted));
            EXPECT_TRUE(made.has_value());
            if (!made) co_return;
            EXPECT_EQ(made->service.email_from, "town.hall.services");
            EXPECT_TRUE(made->service.restricted);
            EXPECT_EQ(made->service.message_limit, 50);
            EXPECT_TRUE(made->service.prefix_sms);
            EXPECT_EQ(made->created_at, testing::kTestNow);
        });
}

TEST(ManageServices, ANameAndAnEmailSenderAreTakenOnce)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await new_service(database, "Town hall");
            NewService same_name;
            same_name.name = "Town hall";
            same_name.email_from = "elsewhere";
            const auto refused = co_await create_service(manage(database), std::move(same_name));
            EXPECT_THAT(refusal_of(refused), HasSubstr("Duplicate service name 'Town hall'"));
            NewService same_sender;
            same_sender.name = "Town-hall";
            const auto refused_too = co_await create_service(manage(database), std::move(same_sender));
            EXPECT_THAT(refusal_of(refused_too), HasSubstr("from 'town.hall' already"));
        });
}

TEST(ManageServices, AWrongPermissionIsAnsweredWithTheNearest)
{
    const auto parsed = parse_permissions({"sms", "emial"});
    EXPECT_THAT(refusal_of(parsed), HasSubstr("did you mean email?"));
    EXPECT_THAT(permission_names(parse_permissions({"email", "sms"}).value()), ElementsAre("email", "sms"));
}

TEST(ManageServices, IsFoundByIdOrNameAndOtherwiseTheNearestIsNamed)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            const auto by_id = co_await resolve_service(manage(database), id.to_string());
            EXPECT_EQ(by_id.value(), id);
            const auto by_name = co_await resolve_service(manage(database), "Town hall");
            EXPECT_EQ(by_name.value(), id);
            const auto near = co_await resolve_service(manage(database), "town hal");
            EXPECT_THAT(refusal_of(near), HasSubstr("Did you mean 'Town hall'?"));
            const auto unknown = co_await resolve_service(manage(database), make_uuid_v4().to_string());
            EXPECT_THAT(refusal_of(unknown), HasSubstr("herald service list"));
        });
}

TEST(ManageServices, ChangeKeepsWhatIsNotGiven)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            ServiceChange change;
            change.restricted = false;
            change.message_limit = 1000;
            change.retention_days_sms = 3;
            change.add_permissions = static_cast<std::uint32_t>(ServicePermission::inbound_sms);
            change.remove_permissions = static_cast<std::uint32_t>(ServicePermission::international_sms);
            const auto changed = co_await change_service(manage(database), id, std::move(change));
            EXPECT_TRUE(changed.has_value());
            if (!changed) co_return;
            EXPECT_EQ(changed->service.name, "Town hall");
            EXPECT_FALSE(changed->service.restricted);
            EXPECT_EQ(changed->service.message_limit, 1000);
            EXPECT_EQ(changed->service.rate_limit, 3000);
            EXPECT_EQ(changed->service.retention_days_sms, 3);
            EXPECT_EQ(changed->service.retention_days_email, 7);
            EXPECT_THAT(permission_names(changed->service.permissions), ElementsAre("email", "sms", "inbound_sms"));
            EXPECT_EQ(changed->updated_at, testing::kTestNow);
        });
}

TEST(ManageServices, ChangeRefusesWhatIsOutOfBoundsOrUnknown)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            ServiceChange days;
            days.retention_days_email = 0;
            const auto too_few = co_await change_service(manage(database), id, std::move(days));
            EXPECT_THAT(refusal_of(too_few), HasSubstr("must be from 3 to 90, not 0"));
            ServiceChange sender;
            sender.email_from = "Town Hall";
            const auto bad_sender = co_await change_service(manage(database), id, std::move(sender));
            EXPECT_THAT(refusal_of(bad_sender), HasSubstr("for example town.hall"));
            ServiceChange name;
            name.name = "Other";
            const ServiceId nobody{make_uuid_v4()};
            const auto unknown = co_await change_service(manage(database), nobody, std::move(name));
            EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
        });
}

TEST(ManageServices, ArchiveRevokesTheKeysAndCanBeUndone)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            const auto key = co_await create_api_key(manage(database), id, "website", KeyType::normal);
            EXPECT_TRUE(key.has_value());
            const auto archived = co_await archive_service(manage(database), id);
            EXPECT_FALSE(archived.value().service.active);
            ServiceStore services(database, testing::test_keys());
            const auto keys = co_await services.list_api_keys(id, soon());
            EXPECT_EQ(keys.at(0).expiry_date, testing::kTestNow);
            ServiceChange active;
            active.active = true;
            const auto restored = co_await change_service(manage(database), id, std::move(active));
            EXPECT_TRUE(restored.value().service.active);
            const auto listed = co_await services.list(soon());
            EXPECT_EQ(listed.size(), 1U);
        });
}

TEST(ManageApiKeys, ASecretIsGivenOnceAndAKeyIsRevokedOnce)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto id = co_await new_service(database, "Town hall");
            const auto made = co_await create_api_key(manage(database), id, "website", KeyType::team);
            EXPECT_TRUE(made.has_value());
            if (!made) co_return;
            EXPECT_TRUE(made->text.starts_with("website-" + id.to_string() + "-"));
            EXPECT_TRUE(Uuid::parse(made->text.substr(made->text.size() - 36)));
            const auto again = co_await create_api_key(manage(database), id, "website", KeyType::team);
            EXPECT_THAT(refusal_of(again), HasSubstr("choose another name"));

            const auto revoked = co_await revoke_api_key(manage(database), made->row.id);
            EXPECT_EQ(revoked.value().expiry_date, testing::kTestNow);
            const auto twice = co_await revoke_api_key(manage(database), made->row.id);
            EXPECT_THAT(refusal_of(twice), HasSubstr("was revoked already, at 2026-11-23T09:05:07"));
            const ApiKeyId nobody{make_uuid_v4()};
            const auto unknown = co_await revoke_api_key(manage(database), nobody);
            EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
            const auto same_name = co_await create_api_key(manage(database), id, "website", KeyType::team);
            EXPECT_TRUE(same_name.has_value());  // the name of a revoked key is free
        });
}

}  // namespace
}  // namespace herald
