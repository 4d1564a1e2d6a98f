#include "operations/suppress_recipients.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/explain_notification.hpp"
#include "operations/manage_callbacks.hpp"
#include "operations/manage_suppressions.hpp"
#include "operations/manage_users.hpp"
#include "storage/notification_store.hpp"
#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using ::testing::ElementsAre;
using testing::kTestNow;
using testing::manage;
using testing::number;
using testing::soon;
using testing::test_keys;
using testing::TestService;
using testing::with_desk;

constexpr std::string_view kAda = "ada@example.gov";
constexpr std::string_view kPhone = "+12028675309";
constexpr pg::Statement kReady{"t_ready", "SELECT count(*) FROM queue_ready"};
constexpr pg::Statement kOwed{"t_owed", "SELECT count(*) FROM callback_tasks WHERE callback_type = 'delivery_status'"};
constexpr pg::Statement kUnits{"t_units", "SELECT coalesce(sum(billable_units), 0)::int8 FROM ledger_deltas"};
constexpr pg::Statement kFailed{"t_failed",
                                "SELECT coalesce(sum(notifications), 0)::int8 FROM ledger_deltas WHERE status = 9"};
constexpr pg::Statement kActive{"t_active", "SELECT count(*) FROM suppressions WHERE lifted_at IS NULL"};
constexpr pg::Statement kDue{"t_due", "SELECT count(*) FROM suppressions_due"};

Task<bool> suppress(Desk& desk, const TestService& service, std::string_view recipient, SuppressionReason reason)
{
    const auto channel = recipient.find('@') == std::string_view::npos ? Channel::sms : Channel::email;
    SuppressionWish wish{service.service.id, channel, std::string(recipient), reason, std::nullopt};
    auto transaction = co_await desk.database.begin(soon());
    const bool added =
        co_await suppress_recipient(transaction, test_keys(), std::move(wish), std::nullopt, desk.clock.now(), soon());
    co_await transaction.commit(soon());
    co_return added;
}

Task<NotificationId> accept(Desk& desk, const TestService& service, ApiKey key, MessageRequest request)
{
    const auto answer = co_await desk.send(service, std::move(key), std::move(request));
    EXPECT_TRUE(answer) << answer.error().message;
    co_return NotificationId::parse(answer.value_or("")).value_or(NotificationId{});
}

Task<> accept_into(Desk& desk, const TestService& service, MessageRequest request, NotificationId& id)
{
    id = co_await accept(desk, service, service.normal, std::move(request));
}

Task<MessageStory> story_of(Desk& desk, NotificationId id)
{
    co_return (co_await explain_notification(manage(desk.database), id)).value();
}

Task<NotificationStatus> status_of(Desk& desk, NotificationId id)
{
    co_return (co_await story_of(desk, id)).facts.status;
}

// The status of one more email to Ada.
Task<NotificationStatus> write_to_ada(Desk& desk, const TestService& service)
{
    const auto id = co_await accept(desk, service, service.normal, desk.email_to(service, kAda));
    co_return co_await status_of(desk, id);
}

Task<OptOutWish> receive(Desk& desk, const TestService& service, std::string text,
                         std::string number = std::string(kPhone), std::optional<Instant> sent_at = {})
{
    OptOutMessage message{service.service.id, std::move(number), "US", std::move(text),
                          sent_at.value_or(desk.clock.now())};
    auto transaction = co_await desk.database.begin(soon());
    const auto wish = co_await apply_opt_out(transaction, test_keys(), std::move(message), desk.clock.now(), soon());
    co_await transaction.commit(soon());
    co_return wish;
}

Task<> report(Desk& desk, const TestService& service, NotificationId id, SuppressionReason reason)
{
    const pg::Statement put{"t_put_due",
                            "INSERT INTO suppressions_due (service_id, notification_id, reason, run_at) "
                            "VALUES ($1::uuid, $2::uuid, $3::int2, $4::timestamptz)"};
    auto params = pg::Params::of(service.service.id, id, static_cast<std::int16_t>(reason), desk.clock.now());
    co_await desk.database.execute(put, std::move(params), soon());
}

TEST(Suppression, AMessageIsAcceptedAndEndsAtOnceWithItsEventCallbackAndCount)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            CallbackWish callback;
            callback.url = "https://town.example/receipts";
            callback.bearer_token = "0123456789";
            co_await set_callback(manage(desk.database), service.service.id, std::move(callback));
            EXPECT_TRUE(co_await suppress(desk, service, kPhone, SuppressionReason::hard_bounce));
            desk.written.clear();

            const auto id = co_await accept(desk, service, service.normal, desk.text_to(service, "(202) 867-5309"));
            const auto story = co_await story_of(desk, id);
            EXPECT_EQ(story.facts.status, NotificationStatus::permanent_failure);
            EXPECT_EQ(story.facts.provider_response, "suppressed: hard_bounce");
            EXPECT_EQ(story.facts.billable_units, 0);
            EXPECT_EQ(story.facts.updated_at, kTestNow);
            EXPECT_FALSE(story.facts.sent_at || story.facts.sent_by);
            EXPECT_EQ(story.events.size(), 2U);
            EXPECT_EQ(story.events.back().kind, EventKind::suppressed);
            EXPECT_EQ(story.events.back().status, NotificationStatus::permanent_failure);
            EXPECT_EQ(story.events.back().detail, "hard_bounce");
            EXPECT_EQ(co_await number(desk.database, kReady), 0);
            EXPECT_EQ(co_await number(desk.database, kOwed), 1);
            EXPECT_EQ(co_await number(desk.database, kFailed), 1);
            EXPECT_EQ(co_await number(desk.database, kUnits), 0);
            EXPECT_EQ(co_await testing::ledger_differences(desk.database), 0U);
            EXPECT_TRUE(desk.written.empty());
        });
}

TEST(Suppression, IsOfOneServiceOneChannelAndOneRecipient)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const auto other = co_await desk.add_service(Desk::live_service());
            for (const auto reason : kAllSuppressionReasons)
            {
                EXPECT_EQ(co_await suppress(desk, service, kAda, reason),
                          reason != SuppressionReason::unsubscribed && reason != SuppressionReason::stop);
            }
            EXPECT_EQ(co_await number(desk.database, kActive), 1);
            EXPECT_EQ(co_await write_to_ada(desk, service), NotificationStatus::permanent_failure);
            EXPECT_EQ(co_await write_to_ada(desk, other), NotificationStatus::created);
            const auto ben = co_await accept(desk, service, service.normal, desk.email_to(service, "ben@example.gov"));
            EXPECT_EQ(co_await status_of(desk, ben), NotificationStatus::created);
            const auto text = co_await accept(desk, service, service.normal, desk.text_to(service, kPhone));
            EXPECT_EQ(co_await status_of(desk, text), NotificationStatus::created);
            EXPECT_EQ(co_await testing::ledger_differences(desk.database), 0U);
        });
}

TEST(Suppression, DoesNotTouchTestKeysAndCountsTowardsTheDailyLimit)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            co_await suppress(desk, service, kAda, SuppressionReason::complaint);
            const auto tried = co_await accept(desk, service, service.test, desk.email_to(service, kAda));
            EXPECT_EQ(co_await status_of(desk, tried), NotificationStatus::created);
            auto limited = Desk::live_service();
            limited.message_limit = 1;
            const auto small = co_await desk.add_service(limited);
            co_await suppress(desk, small, kAda, SuppressionReason::complaint);
            EXPECT_EQ(co_await write_to_ada(desk, small), NotificationStatus::permanent_failure);
            const auto second = co_await desk.send(small, small.normal, desk.email_to(small, "ben@example.gov"));
            EXPECT_FALSE(second);
        });
}

TEST(Suppression, ABatchEndsForTheSuppressedAloneAndALiftedAddressIsWrittenToAgain)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            NewUser user;
            user.name = "Ben";
            user.email_address = "ben@town.example";
            co_await create_user(manage(desk.database), std::move(user));
            co_await suppress(desk, service, kAda, SuppressionReason::unsubscribed);
            TaskScope calls(co_await asio::this_coro::executor);
            std::vector<NotificationId> ids(40);
            for (std::size_t i = 0; i < ids.size(); ++i)
            {
                auto request =
                    desk.email_to(service, i % 4 == 0 ? std::string(kAda) : fmt::format("{}@example.gov", i));
                calls.spawn("send", accept_into(desk, service, std::move(request), ids[i]));
            }
            EXPECT_TRUE(co_await calls.join(soon()));
            for (std::size_t i = 0; i < ids.size(); ++i)
                EXPECT_EQ(co_await status_of(desk, ids[i]),
                          i % 4 == 0 ? NotificationStatus::permanent_failure : NotificationStatus::created);
            EXPECT_EQ(co_await number(desk.database, kReady), 30);

            SuppressionDecision decision{"Ada@example.gov", "ben@town.example", std::nullopt};
            const auto lifted = co_await lift_suppression(manage(desk.database), service.service.id, decision);
            EXPECT_TRUE(lifted);
            EXPECT_EQ(co_await write_to_ada(desk, service), NotificationStatus::created);
            EXPECT_FALSE(co_await lift_suppression(manage(desk.database), service.service.id, decision));
            EXPECT_EQ(co_await testing::ledger_differences(desk.database), 0U);
        });
}

TEST(Suppression, HoldsForEveryMessageAcceptedAfterItsCommit)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            // Not committed, it is not there yet, and holds nobody up.
            auto transaction = co_await desk.database.begin(soon());
            SuppressionWish wish{service.service.id, Channel::email, std::string(kAda), SuppressionReason::complaint,
                                 std::nullopt};
            co_await suppress_recipient(transaction, test_keys(), std::move(wish), std::nullopt, kTestNow, soon());
            EXPECT_EQ(co_await write_to_ada(desk, service), NotificationStatus::created);
            co_await transaction.commit(soon());
            EXPECT_EQ(co_await write_to_ada(desk, service), NotificationStatus::permanent_failure);
        });
}

TEST(Suppression, IsBehindTheSecondWallBetweenTenants)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const auto other = co_await desk.add_service(Desk::live_service());
            co_await suppress(desk, service, kAda, SuppressionReason::complaint);
            co_await suppress(desk, other, kAda, SuppressionReason::complaint);
            auto transaction = co_await desk.database.begin(soon());
            co_await transaction.execute(sql::become_tenant, pg::Params::of(other.service.id.to_string()), soon());
            const auto seen = co_await transaction.execute(kActive, pg::Params(), soon());
            EXPECT_EQ(seen.get<std::int64_t>(0, 0), 1);
            co_await transaction.rollback(soon());
        });
}

TEST(SuppressDueRecipients, SuppressesWhomABounceOrComplaintIsAboutOnce)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const auto id = co_await accept(desk, service, service.normal, desk.email_to(service, kAda));
            co_await report(desk, service, id, SuppressionReason::hard_bounce);
            co_await report(desk, service, id, SuppressionReason::complaint);
            EXPECT_EQ(co_await suppress_due_recipients(desk.database, test_keys(), kTestNow, soon()), 2);
            EXPECT_EQ(co_await suppress_due_recipients(desk.database, test_keys(), kTestNow, soon()), 0);
            EXPECT_EQ(co_await number(desk.database, kDue), 0);
            EXPECT_EQ(co_await write_to_ada(desk, service), NotificationStatus::permanent_failure);
            const auto listed =
                co_await list_suppressions(manage(desk.database), service.service.id, SuppressionQuery());
            EXPECT_EQ(listed->size(), 1U);
            EXPECT_EQ(listed->at(0).recipient, kAda);
            EXPECT_EQ(listed->at(0).row.reason, SuppressionReason::complaint);
            EXPECT_EQ(listed->at(0).row.notification_id, id);
        });
}

TEST(SuppressDueRecipients, PassesOverTestKeysPurgedContentsAndUnknownMessages)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const auto tried = co_await accept(desk, service, service.test, desk.email_to(service, kAda));
            const auto purged =
                co_await accept(desk, service, service.normal, desk.email_to(service, "ben@example.gov"));
            co_await desk.database.run_script(
                fmt::format("DELETE FROM notification_contents WHERE notification_id = '{}'", purged.to_string()),
                soon());
            for (const auto& id : {tried, purged, NotificationId{make_uuid_v7(kTestNow)}})
                co_await report(desk, service, id, SuppressionReason::hard_bounce);
            EXPECT_EQ(co_await suppress_due_recipients(desk.database, test_keys(), kTestNow, soon()), 3);
            EXPECT_EQ(co_await number(desk.database, kActive), 0);
            EXPECT_EQ(co_await number(desk.database, kDue), 0);
        });
}

TEST(SuppressDueRecipients, WaitsForAKeyThatIsNotInTheRingYet)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const auto id = co_await accept(desk, service, service.normal, desk.email_to(service, kAda));
            co_await report(desk, service, id, SuppressionReason::hard_bounce);
            const auto text = test_keys().with_new_key().to_text();
            const auto without = KeyRing::parse(text.substr(text.find(',') + 1)).value();
            EXPECT_EQ(co_await suppress_due_recipients(desk.database, without, kTestNow, soon()), 1);
            EXPECT_EQ(co_await number(desk.database, kActive), 0);
            EXPECT_EQ(co_await suppress_due_recipients(desk.database, test_keys(), kTestNow, soon()), 0);
            const auto later = kTestNow + std::chrono::minutes(5);
            EXPECT_EQ(co_await suppress_due_recipients(desk.database, test_keys(), later, soon()), 1);
            EXPECT_EQ(co_await number(desk.database, kActive), 1);
        });
}

TEST(OptOut, WhatComesLateDoesNotUndoWhatWasWrittenLater)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const std::string phone(kPhone);
            const auto first = desk.clock.now();
            const auto hours = [&](int count)
            {
                return first + std::chrono::hours(count);
            };
            desk.clock.advance(std::chrono::hours(2));
            co_await receive(desk, service, "STOP");
            desk.clock.advance(std::chrono::hours(2));
            co_await receive(desk, service, "START", phone, hours(1));
            EXPECT_EQ(co_await number(desk.database, kActive), 1) << "the STOP was written after it";
            co_await receive(desk, service, "START", phone, hours(3));
            EXPECT_EQ(co_await number(desk.database, kActive), 0);
            desk.clock.advance(std::chrono::hours(2));
            co_await receive(desk, service, "STOP", phone, hours(1));
            EXPECT_EQ(co_await number(desk.database, kActive), 0) << "the START came after it";
            co_await receive(desk, service, "STOP", phone, hours(5));
            EXPECT_EQ(co_await number(desk.database, kActive), 1);
        });
}

TEST(OptOut, StopEndsTheTextMessagesOfThatServiceAndStartBringsThemBack)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            const auto other = co_await desk.add_service(Desk::live_service());
            const auto write = [&](const TestService& from) -> Task<NotificationStatus>
            {
                const auto id = co_await accept(desk, from, from.normal, desk.text_to(from, kPhone));
                co_return co_await status_of(desk, id);
            };
            EXPECT_EQ(co_await receive(desk, service, "Please don't stop"), OptOutWish::none);
            EXPECT_EQ(co_await write(service), NotificationStatus::created);
            EXPECT_EQ(co_await receive(desk, service, " Stop. ", "2028675309"), OptOutWish::stop);
            EXPECT_EQ(co_await receive(desk, service, "STOPALL"), OptOutWish::stop);
            EXPECT_EQ(co_await write(service), NotificationStatus::permanent_failure);
            EXPECT_EQ(co_await write(other), NotificationStatus::created);
            EXPECT_EQ(co_await receive(desk, service, "START"), OptOutWish::start);
            EXPECT_EQ(co_await write(service), NotificationStatus::created);
            EXPECT_EQ(co_await receive(desk, service, "start"), OptOutWish::start);
            EXPECT_EQ(co_await receive(desk, service, "STOP", "54321"), OptOutWish::none);

            SuppressionQuery all;
            all.with_lifted = true;
            const auto listed = co_await list_suppressions(manage(desk.database), service.service.id, std::move(all));
            EXPECT_EQ(listed->size(), 1U);
            EXPECT_EQ(listed->at(0).recipient, kPhone);
            EXPECT_EQ(listed->at(0).row.reason, SuppressionReason::stop);
            EXPECT_TRUE(listed->at(0).row.lifted_at);
            EXPECT_EQ(listed->at(0).row.lifted_by_email, "");
        });
}

}  // namespace
}  // namespace herald
