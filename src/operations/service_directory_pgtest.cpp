#include "operations/service_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/operations_fixture.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using testing::kTestNow;
using testing::soon;
using testing::test_keys;
using ::testing::UnorderedElementsAre;
using testing::with_database;

ServiceDirectory::Options kept_for(std::chrono::milliseconds age)
{
    ServiceDirectory::Options options;
    options.max_age = age;
    return options;
}

TEST(ServiceDirectory, KnowsNothingOfStrangers)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto one = co_await desk.add_service(Desk::live_service());
            const auto other = co_await desk.add_service(Desk::live_service());
            auto& directory = desk.directory;
            EXPECT_EQ(co_await directory.service(ServiceId{make_uuid_v4()}, soon()), nullptr);
            EXPECT_NE(co_await directory.current_template(one.service.id, one.sms, soon()), nullptr);
            EXPECT_EQ(co_await directory.current_template(other.service.id, one.sms, soon()), nullptr)
                << "another service's template, also when it is cached";
            EXPECT_NE(co_await directory.template_version(one.service.id, one.sms, 1, soon()), nullptr);
            EXPECT_EQ(co_await directory.template_version(other.service.id, one.sms, 1, soon()), nullptr);
            EXPECT_EQ(co_await directory.template_version(one.service.id, one.sms, 2, soon()), nullptr);
            co_await desk.close();
        });
}

TEST(ServiceDirectory, NormalisesWhomAServiceMayReachAndItsSenders)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto made = co_await desk.add_service(Desk::live_service());
            ServiceStore services(database, test_keys());
            const auto id = made.service.id;
            co_await services.add_guest(id, Channel::sms, "(202) 867-5309", kTestNow, soon());
            co_await services.add_guest(id, Channel::email, " Guest@Example.gov ", kTestNow, soon());
            co_await services.add_guest(id, Channel::sms, "no number", kTestNow, soon());
            const SmsSender number{SmsSenderId{make_uuid_v4()}, "2028675309", true};
            const SmsSender name{SmsSenderId{make_uuid_v4()}, "GovNotify", false};
            const SmsSender short_code{SmsSenderId{make_uuid_v4()}, "40604", false};
            for (const auto& sender : {number, name, short_code})
                co_await services.add_sms_sender(id, sender, kTestNow, soon());

            const auto context = co_await desk.directory.service(id, soon());
            EXPECT_THAT(context->allowed_recipients, UnorderedElementsAre("+12028675309", "guest@example.gov"));
            std::vector<std::string> senders;
            for (const auto& sender : context->record.sms_senders) senders.push_back(sender.sms_sender);
            EXPECT_THAT(senders, UnorderedElementsAre("+12028675309", "GovNotify", "40604"));
            co_await desk.close();
        });
}

TEST(ServiceDirectory, KeepsWhatItReadForItsTime)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto made = co_await desk.add_service(Desk::live_service());
            ServiceDirectory keeping(database, test_keys(), desk.clock, kept_for(std::chrono::hours(1)));
            ServiceDirectory forgetting(database, test_keys(), desk.clock, kept_for(milliseconds(0)));
            for (auto* directory : {&keeping, &forgetting})
            {
                EXPECT_TRUE((co_await directory->service(made.service.id, soon()))->service().active);
                EXPECT_EQ((co_await directory->current_template(made.service.id, made.sms, soon()))->facts.version, 1);
            }
            ServiceStore services(database, test_keys());
            co_await services.archive_service(made.service.id, kTestNow, soon());
            TemplateStore templates(database);
            auto changed = (co_await templates.find(made.service.id, made.sms, soon())).value();
            changed.content = "Good day ((name))";
            co_await templates.update(changed, std::nullopt, kTestNow, soon());

            EXPECT_TRUE((co_await keeping.service(made.service.id, soon()))->service().active);
            EXPECT_EQ((co_await keeping.current_template(made.service.id, made.sms, soon()))->facts.version, 1);
            EXPECT_FALSE((co_await forgetting.service(made.service.id, soon()))->service().active);
            EXPECT_EQ((co_await forgetting.current_template(made.service.id, made.sms, soon()))->facts.version, 2);
            EXPECT_EQ((co_await forgetting.template_version(made.service.id, made.sms, 1, soon()))->facts.content,
                      "Hello ((name))");
            co_await desk.close();
        });
}

Task<> read_into(ServiceDirectory& directory, ServiceId id, std::vector<ServicePtr>& read)
{
    read.push_back(co_await directory.service(id, soon()));
}

// At the end of an entry's time, one request reads it and the others do not wait.
TEST(ServiceDirectory, OneRequestReadsAnewForAll)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Desk desk(database, executor);
            const auto made = co_await desk.add_service(Desk::live_service());
            ServiceDirectory directory(database, test_keys(), desk.clock, kept_for(milliseconds(0)));
            const auto before = co_await directory.service(made.service.id, soon());
            std::vector<ServicePtr> read;
            TaskScope calls(executor);
            for (int i = 0; i < 50; ++i) calls.spawn("read", read_into(directory, made.service.id, read));
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_EQ(read.size(), 50U);
            EXPECT_EQ(std::ranges::count(read, before), 49);
            co_await desk.close();
        });
}

TEST(ServiceDirectory, RequestsThatComeTogetherShareTheFirstRead)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Desk desk(database, executor);
            const auto made = co_await desk.add_service(Desk::live_service());
            ServiceDirectory directory(database, test_keys(), desk.clock, kept_for(std::chrono::hours(1)));
            std::vector<ServicePtr> read;
            TaskScope calls(executor);
            for (int i = 0; i < 50; ++i) calls.spawn("read", read_into(directory, made.service.id, read));
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_EQ(read.size(), 50U);
            EXPECT_EQ(std::ranges::count(read, read.front()), 50);
            co_await desk.close();
        });
}

TEST(ServiceDirectory, StrangersPushNobodyOut)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto made = co_await desk.add_service(Desk::live_service());
            auto options = kept_for(std::chrono::hours(1));
            options.max_entries = 2;
            ServiceDirectory directory(database, test_keys(), desk.clock, options);
            const auto before = co_await directory.service(made.service.id, soon());
            for (int i = 0; i < 10; ++i) co_await directory.service(ServiceId{make_uuid_v4()}, soon());
            EXPECT_EQ(co_await directory.service(made.service.id, soon()), before);
            co_await desk.close();
        });
}

TEST(ServiceDirectory, AFailedReadLeavesNothingBehind)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto made = co_await desk.add_service(Desk::live_service());
            ServiceDirectory directory(database, test_keys(), desk.clock, kept_for(milliseconds(0)));
            co_await directory.service(made.service.id, soon());
            co_await database.run_script("ALTER TABLE services RENAME TO gone", soon());
            bool thrown = false;
            try
            {
                co_await directory.service(made.service.id, soon());
            }
            catch (const pg::SqlError&)
            {
                thrown = true;
            }
            EXPECT_TRUE(thrown);
            co_await database.run_script("ALTER TABLE gone RENAME TO services", soon());
            ServiceStore services(database, test_keys());
            co_await services.archive_service(made.service.id, kTestNow, soon());
            EXPECT_FALSE((co_await directory.service(made.service.id, soon()))->service().active);
            co_await desk.close();
        });
}

}  // namespace
}  // namespace herald
