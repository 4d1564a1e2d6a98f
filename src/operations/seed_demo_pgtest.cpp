#include "operations/seed_demo.hpp"

#include <gtest/gtest.h>

#include "operations/inbound_contents.hpp"
#include "storage/notification_store.hpp"
#include "storage/service_store.hpp"
#include "storage/template_store.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::with_database;

const Instant kNow = parse_iso8601("2026-11-23T09:05:07Z").value();

ApiKey key_named(const ServiceRecord& record, const std::string& name)
{
    for (const auto& key : record.keys)
        if (key.name == name) return key;
    throw std::runtime_error("no key is named " + name);
}

void expect_same(const DemoService& left, const DemoService& right)
{
    EXPECT_EQ(left.service_id, right.service_id);
    EXPECT_EQ(left.templates.sms, right.templates.sms);
    EXPECT_EQ(left.templates.email, right.templates.email);
    EXPECT_EQ(left.keys.normal, right.keys.normal);
    EXPECT_EQ(left.keys.team, right.keys.team);
    EXPECT_EQ(left.keys.test, right.keys.test);
    EXPECT_EQ(left.sms_sender_id, right.sms_sender_id);
    EXPECT_EQ(left.email_reply_to_id, right.email_reply_to_id);
}

TEST(SeedDemo, GivesTheSameAgainAndAddsNothing)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const KeyRing keys = KeyRing::generate();
            const auto first = co_await seed_demo(database, keys, kNow, soon());
            const auto second = co_await seed_demo(database, keys, kNow + std::chrono::hours(1), soon());
            expect_same(first.demo, second.demo);
            expect_same(first.other, second.other);
            EXPECT_NE(first.demo.service_id, first.other.service_id);

            ServiceStore services(database, keys);
            const auto listed = co_await services.list(soon());
            EXPECT_EQ(listed.size(), 2U);
            NotificationStore notifications(database);
            const auto received =
                co_await notifications.list_received(first.demo.service_id, std::nullopt, utc_date(kNow), 10, soon());
            EXPECT_EQ(received.size(), 1U);
            if (received.empty()) co_return;
            const auto opened = open_inbound(keys, received[0].id, received[0].sealed);
            EXPECT_TRUE(opened && !opened->content.empty());
        });
}

TEST(SeedDemo, MakesAServiceThatMaySendToAnyone)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const KeyRing keys = KeyRing::generate();
            const auto made = co_await seed_demo(database, keys, kNow, soon());
            ServiceStore services(database, keys);
            const auto record = co_await services.find(made.demo.service_id, kNow, soon());
            EXPECT_TRUE(record.has_value());
            if (!record) co_return;
            EXPECT_FALSE(record->service.restricted);
            EXPECT_TRUE(record->service.may(ServicePermission::sms));
            EXPECT_TRUE(record->service.may(ServicePermission::email));
            EXPECT_TRUE(record->service.may(ServicePermission::international_sms));
            EXPECT_EQ(record->keys.size(), 3U);
            const auto key = key_named(*record, "demo-live");
            EXPECT_EQ(made.demo.keys.normal, "demo-live-" + made.demo.service_id.to_string() + "-" + key.secret);
            EXPECT_EQ(record->sms_senders.size(), 1U);
            EXPECT_EQ(record->email_reply_tos.size(), 1U);
            EXPECT_EQ(record->allowed_recipients.size(), 3U);  // two guests, and the member's address
        });
}

TEST(SeedDemo, MakesTheTemplatesOfTheClientsTests)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto made = co_await seed_demo(database, KeyRing::generate(), kNow, soon());
            TemplateStore templates(database);
            const auto first =
                co_await templates.find_version(made.demo.service_id, made.demo.templates.sms, 1, soon());
            const auto sms = co_await templates.find(made.demo.service_id, made.demo.templates.sms, soon());
            const auto email = co_await templates.find(made.demo.service_id, made.demo.templates.email, soon());
            EXPECT_TRUE(first && sms && email);
            if (!first || !sms || !email) co_return;
            EXPECT_EQ(first->name, "Example text message template");
            EXPECT_EQ(sms->name, "Client Functional test sms template");
            EXPECT_EQ(sms->content, "Hello ((name))\r\n\r\nFunctional Tests make our world a better place");
            EXPECT_EQ(email->version, 2);
            EXPECT_EQ(email->subject, "Functional Tests are good");
            EXPECT_EQ(email->content, "Hello ((name))\r\n\r\nFunctional test help make our world a better place");
            EXPECT_EQ(email->created_by_email, "demo.user@example.com");
        });
}

TEST(SeedDemo, ReplacesAKeyThatWasRevoked)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const KeyRing keys = KeyRing::generate();
            const auto before = co_await seed_demo(database, keys, kNow, soon());
            ServiceStore services(database, keys);
            const auto record = co_await services.find(before.demo.service_id, kNow, soon());
            const auto key = key_named(*record, "demo-live");
            co_await services.revoke_api_key(key.id, kNow, soon());
            co_await services.archive_sms_sender(before.demo.service_id, before.demo.sms_sender_id, kNow, soon());

            const auto after = co_await seed_demo(database, keys, kNow, soon());
            EXPECT_NE(after.demo.keys.normal, before.demo.keys.normal);
            EXPECT_EQ(after.demo.keys.team, before.demo.keys.team);
            const auto senders = co_await services.list_sms_senders(before.demo.service_id, soon());
            EXPECT_TRUE(senders.empty());  // archived on purpose: it stays so
        });
}

}  // namespace
}  // namespace herald
