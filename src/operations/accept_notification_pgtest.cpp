#include "operations/accept_notification.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/notification_contents.hpp"
#include "sql/queries.hpp"
#include "storage/notification_store.hpp"
#include "tests/support/operations_fixture.hpp"

namespace herald
{
namespace
{

using ::testing::AnyOf;
using testing::Desk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kTestNow;
using testing::number;
using ::testing::Pair;
using testing::soon;
using testing::test_keys;
using testing::TestService;
using testing::with_database;
using testing::with_desk;

constexpr pg::Statement kNotifications{"t_notifications", "SELECT count(*) FROM notifications"};
constexpr pg::Statement kReady{"t_ready", "SELECT count(*) FROM queue_ready"};
constexpr pg::Statement kContents{"t_contents", "SELECT count(*) FROM notification_contents"};
constexpr pg::Statement kUsage{"t_usage", "SELECT coalesce(sum(count), 0)::int8 FROM daily_usage"};
constexpr pg::Statement kLedger{"t_ledger", "SELECT coalesce(sum(notifications), 0)::int8 FROM ledger_deltas"};
constexpr pg::Statement kRow{"t_row",
                             "SELECT key_type, channel, status, billable_units, international, phone_prefix, "
                             "client_reference, created_at, local_date, purge_on FROM notifications"};
constexpr pg::Statement kQueued{"t_queued", "SELECT lane, channel, attempt, notification_id FROM queue_ready"};

std::string refusal(const Result<std::string>& answer)
{
    return answer ? "accepted" : answer.error().message;
}

Task<> expect_refused(Desk& desk, const TestService& service, ApiKey key, MessageRequest request, std::string text)
{
    const auto answer = co_await desk.send(service, std::move(key), std::move(request));
    EXPECT_EQ(refusal(answer), text);
    using enum ErrorKind;
    if (!answer) EXPECT_THAT(answer.error().kind, AnyOf(bad_request, channel_not_allowed, recipient_not_allowed));
}

Task<> expect_nothing_written(pg::Database& database)
{
    EXPECT_EQ(co_await number(database, kNotifications), 0);
    EXPECT_EQ(co_await number(database, kContents), 0);
    EXPECT_EQ(co_await number(database, kReady), 0);
    EXPECT_EQ(co_await number(database, kUsage), 0);
    EXPECT_EQ(co_await number(database, kLedger), 0);
}

TEST(AcceptNotification, WritesFactsContentsQueueRowEventAndLedger)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            auto request = desk.text_to(service, "(202) 867-5309");
            request.reference = "order 7";
            const auto answer = co_await desk.send(service, service.normal, std::move(request));
            EXPECT_TRUE(answer) << refusal(answer);
            if (!answer) co_return;
            const auto id = NotificationId::parse(*answer).value();

            const auto row = co_await database.execute(kRow, pg::Params(), soon());
            EXPECT_EQ(row.get<std::int16_t>(0, "status"), 1);
            EXPECT_EQ(row.get<std::int16_t>(0, "billable_units"), 1);
            EXPECT_EQ(row.get<std::optional<std::string>>(0, "phone_prefix"), "1");
            EXPECT_EQ(row.get<std::optional<std::string>>(0, "client_reference"), "order 7");
            EXPECT_EQ(row.get<Instant>(0, "created_at"), kTestNow);
            const auto today = row.get<LocalDate>(0, "local_date");
            EXPECT_EQ(row.get<LocalDate>(0, "purge_on"), add_days(today, service.service.retention_days_sms + 1));

            NotificationStore store(database);
            const auto found = co_await store.find(service.service.id, id, today, soon());
            const auto contents = open_contents(test_keys(), id, found.value().sealed).value();
            EXPECT_EQ(contents.to, "(202) 867-5309");
            EXPECT_EQ(contents.normalised_to, "+12028675309");
            EXPECT_EQ(contents.personalisation, R"({"name":"Ann"})");

            const auto queued = co_await database.execute(kQueued, pg::Params(), soon());
            EXPECT_EQ(queued.get<std::int16_t>(0, "lane"), static_cast<std::int16_t>(Lane::normal));
            EXPECT_EQ(queued.get<Uuid>(0, "notification_id"), id.value);
            const auto events = co_await store.events(service.service.id, id, soon());
            EXPECT_EQ(events.size(), 1U);
            EXPECT_EQ(events.at(0).kind, EventKind::accepted);
            EXPECT_EQ(co_await number(database, kUsage), 1);
            EXPECT_EQ(co_await testing::ledger_differences(database), 0U);
            EXPECT_THAT(desk.written, ElementsAre(Pair(Lane::normal, service.service.id)));
        });
}

TEST(AcceptNotification, SaysWhatIsWrongInTheWordsOfTheContract)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            const auto refused = [&](MessageRequest request, std::string text)
            {
                return expect_refused(desk, service, service.normal, std::move(request), std::move(text));
            };
            const auto text = [&]
            {
                return desk.text_to(service, "+12028675309");
            };
            const auto email = [&]
            {
                return desk.email_to(service, "someone@example.gov");
            };

            auto request = text();
            request.template_id = TemplateId{make_uuid_v4()};
            co_await refused(std::move(request), "Template not found");
            request = text();
            request.template_id = service.email;
            co_await refused(std::move(request), "email template is not suitable for sms notification");
            request = email();
            request.template_id = service.sms;
            co_await refused(std::move(request), "sms template is not suitable for email notification");
            request = text();
            request.personalisation.clear();
            co_await refused(std::move(request), "Missing personalisation: name");
            request = text();
            request.personalisation["name"] = nullptr;
            co_await refused(std::move(request), "Missing personalisation: name");

            const Uuid nobody = make_uuid_v4();
            const auto tail = " " + nobody.to_string() + " does not exist in database for service id " +
                              service.service.id.to_string();
            request = text();
            request.sender_id = nobody;
            co_await refused(std::move(request), "sms_sender_id" + tail);
            request = email();
            request.sender_id = nobody;
            co_await refused(std::move(request), "email_reply_to_id" + tail);

            co_await refused(desk.text_to(service, "+447900900123"), "Cannot send to international mobile numbers");
            request = email();
            request.personalisation["name"] = json::object{{"file", "YWJj"}};
            co_await refused(std::move(request),
                             "Send files by email has not been set up - add contact details for your service at "
                             "http://localhost:6012/services/" +
                                 service.service.id.to_string() + "/service-settings/send-files-by-email");
            request = text();
            request.personalisation["name"] = std::string(913, 'a');
            co_await refused(std::move(request),
                             "Your message is too long. Text messages cannot be longer than 918 characters. Your "
                             "message is 919 characters long.");
            request = email();
            request.personalisation["name"] = std::string(1'999'995, 'a');
            co_await refused(std::move(request),
                             "Your message is too long. Emails cannot be longer than 2000000 bytes. Your message is "
                             "2000001 bytes.");
            co_await expect_nothing_written(database);
        });
}

TEST(AcceptNotification, RefusesEmptyMessagesAndDeletedTemplates)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            for (const auto channel : {Channel::sms, Channel::email})
            {
                auto request = channel == Channel::sms ? desk.text_to(service, "+12028675309")
                                                       : desk.email_to(service, "someone@example.gov");
                request.template_id = co_await desk.add_template(service, channel, "((name))");
                request.personalisation["name"] = " \n ";
                co_await expect_refused(desk, service, service.normal, std::move(request), "Your message is empty.");
            }

            TemplateStore templates(database);
            auto deleted = (co_await templates.find(service.service.id, service.sms, soon())).value();
            deleted.archived = true;
            co_await templates.update(deleted, std::nullopt, desk.clock.now(), soon());
            auto request = desk.text_to(service, "+12028675309");
            co_await expect_refused(desk, service, service.normal, std::move(request), "Template has been deleted");
            co_await expect_nothing_written(database);
        });
}

TEST(AcceptNotification, ServicesNeedPermissionForTheChannel)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.permissions = 0;
            const auto service = co_await desk.add_service(wanted);
            co_await expect_refused(desk, service, service.normal, desk.text_to(service, "+12028675309"),
                                    "Service is not allowed to send text messages");
            co_await expect_refused(desk, service, service.test, desk.email_to(service, "a@example.gov"),
                                    "Service is not allowed to send emails");
            co_await desk.close();
        });
}

// A client mends one fault and is told about the next: permission, rate, template, placeholders, empty, sender,
// recipient, international, files, length.
TEST(AcceptNotification, ChecksInTheOrderOfTheContract)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.restricted = true;
            const auto service = co_await desk.add_service(wanted);
            ServiceStore services(database, test_keys());
            const auto refused = [&](MessageRequest request, std::string text)
            {
                return expect_refused(desk, service, service.normal, std::move(request), std::move(text));
            };

            auto request = desk.text_to(service, "+447900900123");
            request.sender_id = make_uuid_v4();
            request.personalisation = {{"file", json::object{{"file", "YWJj"}}}};
            co_await refused(request, "Missing personalisation: name");
            request.template_id = co_await desk.add_template(service, Channel::sms, "((name))");
            request.personalisation["name"] = "";
            co_await refused(request, "Your message is empty.");
            request.personalisation["name"] = std::string(919, 'a');
            co_await refused(request, "sms_sender_id " + request.sender_id->to_string() +
                                          " does not exist in database for service id " +
                                          service.service.id.to_string());
            request.sender_id.reset();
            co_await refused(request,
                             "Can’t send to this recipient when service is in trial mode – see "
                             "https://www.notifications.service.gov.uk/trial-mode");
            co_await services.add_guest(service.service.id, Channel::sms, "+447900900123", kTestNow, soon());
            co_await refused(request, "Cannot send to international mobile numbers");
            ServiceChange change;
            change.add_permissions = static_cast<std::uint32_t>(ServicePermission::international_sms);
            const auto changed = co_await services.change_service(service.service.id, change, kTestNow, soon());
            EXPECT_TRUE(changed);
            const auto answer = co_await desk.send(service, service.normal, request);
            EXPECT_TRUE(refusal(answer).starts_with("Send files by email has not been set up")) << refusal(answer);
            request.personalisation.erase("file");
            const auto last = co_await desk.send(service, service.normal, request);
            EXPECT_TRUE(refusal(last).starts_with("Your message is too long.")) << refusal(last);
            request.personalisation["name"] = "a";
            EXPECT_EQ(refusal(co_await desk.send(service, service.normal, request)), "accepted");
            co_await desk.close();
        });
}

TEST(AcceptNotification, TeamKeysAndTrialServicesReachMembersAndGuests)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto live = co_await desk.add_service(Desk::live_service());
            auto wanted = Desk::live_service();
            wanted.restricted = true;
            const auto trial = co_await desk.add_service(wanted);
            ServiceStore services(database, test_keys());
            for (const auto* service : {&live, &trial})
            {
                co_await services.add_guest(service->service.id, Channel::sms, "202 867 5309", kTestNow, soon());
                co_await services.add_guest(service->service.id, Channel::email, "Guest@Example.gov", kTestNow, soon());
            }
            constexpr auto kTeamOnly = "Can’t send to this recipient using a team-only API key";
            constexpr auto kTrial =
                "Can’t send to this recipient when service is in trial mode – see "
                "https://www.notifications.service.gov.uk/trial-mode";

            co_await expect_refused(desk, live, live.team, desk.text_to(live, "+12028675310"), kTeamOnly);
            co_await expect_refused(desk, trial, trial.team, desk.text_to(trial, "+12028675310"), kTeamOnly);
            co_await expect_refused(desk, trial, trial.normal, desk.text_to(trial, "+12028675310"), kTrial);
            co_await expect_refused(desk, trial, trial.normal, desk.email_to(trial, "other@example.gov"), kTrial);
            for (const auto* service : {&live, &trial})
            {
                for (const auto& key : {service->normal, service->team, service->test})
                {
                    auto text = desk.text_to(*service, "+1 (202) 867-5309");
                    EXPECT_EQ(refusal(co_await desk.send(*service, key, std::move(text))), "accepted");
                    auto email = desk.email_to(*service, " guest@example.GOV");
                    EXPECT_EQ(refusal(co_await desk.send(*service, key, std::move(email))), "accepted");
                }
                auto anyone = desk.text_to(*service, "+12028675310");
                EXPECT_EQ(refusal(co_await desk.send(*service, service->test, std::move(anyone))), "accepted");
            }
            co_await desk.close();
        });
}

TEST(AcceptNotification, SimulatedRecipientsAreAnsweredAndNothingIsStored)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.message_limit = 1;
            const auto service = co_await desk.add_service(wanted);
            for (const auto* to : {"+12028675000", "202-867-5111"})
            {
                auto text = desk.text_to(service, to);
                EXPECT_EQ(refusal(co_await desk.send(service, service.normal, std::move(text))), "accepted") << to;
            }
            auto email = desk.email_to(service, "simulate-delivered-2@notifications.service.gov.uk");
            EXPECT_EQ(refusal(co_await desk.send(service, service.normal, std::move(email))), "accepted");
            auto of_team = desk.email_to(service, "simulate-delivered-2@notifications.service.gov.uk");
            EXPECT_THAT(refusal(co_await desk.send(service, service.team, std::move(of_team))),
                        HasSubstr("team-only API key"));
            auto abroad = desk.text_to(service, "+447700900000");
            EXPECT_THAT(refusal(co_await desk.send(service, service.normal, std::move(abroad))),
                        HasSubstr("international"));
            co_await expect_nothing_written(database);
            EXPECT_TRUE(desk.written.empty());
            co_await desk.close();
        });
}

TEST(AcceptNotification, LanesAreForTestKeysPriorityTemplatesAndTheRest)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            auto& database = desk.database;
            TemplateStore templates(database);
            auto urgent = (co_await templates.find(service.service.id, service.email, soon())).value();
            urgent.priority = true;
            co_await templates.update(urgent, std::nullopt, desk.clock.now(), soon());
            auto text = desk.text_to(service, "+12028675309");
            co_await desk.send(service, service.normal, text);
            co_await desk.send(service, service.test, text);
            auto email = desk.email_to(service, "someone@example.gov");
            co_await desk.send(service, service.normal, email);
            co_await desk.send(service, service.test, email);
            const auto id = service.service.id;
            EXPECT_THAT(desk.written, ElementsAre(Pair(Lane::normal, id), Pair(Lane::test, id),
                                                  Pair(Lane::priority, id), Pair(Lane::test, id)));
        });
}

TEST(AcceptNotification, OverTheRateLimitIsSaidBeforeAnythingElse)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            auto wanted = Desk::live_service();
            wanted.rate_limit = 2;
            const auto service = co_await desk.add_service(wanted);
            auto request = desk.text_to(service, "+12028675309");
            co_await desk.send(service, service.normal, request);
            co_await desk.send(service, service.normal, request);
            request.template_id = TemplateId{make_uuid_v4()};
            const auto third = co_await desk.send(service, service.normal, request);
            EXPECT_EQ(refusal(third), "Exceeded rate limit for key type LIVE of 2 requests per 60 seconds");
            EXPECT_EQ(third.error().kind, ErrorKind::rate_limited);
            EXPECT_EQ(desk.rate.limit, 2);
            EXPECT_GE(desk.rate.retry_after_seconds, 1);
            EXPECT_EQ(refusal(co_await desk.send(service, service.test, request)), "Template not found");
            co_await desk.close();
        });
}

}  // namespace
}  // namespace herald
