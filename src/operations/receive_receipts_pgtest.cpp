#include "operations/receive_receipts.hpp"

#include <gtest/gtest.h>
#include <prometheus/counter.h>

#include "base/metrics.hpp"
#include "operations/inbound_contents.hpp"
#include "operations/manage_inbound_numbers.hpp"
#include "operations/postgres_delivery_store.hpp"
#include "operations/replay_receipts.hpp"
#include "operations/rotate_keys.hpp"
#include "providers/aws_receipts/aws_events.hpp"
#include "tests/support/management.hpp"
#include "tests/support/receipt_events.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using testing::kTestNow;
using testing::manage;
using testing::number;
using testing::ses_bounce;
using testing::ses_complaint;
using testing::ses_delivery;
using testing::ses_mail;
using testing::sns_inbound;
using testing::soon;
using testing::test_keys;
using testing::TestService;
using testing::with_database;
using testing::with_desk;

constexpr pg::Statement kJournal{"t_journal", "SELECT count(*) FROM receipt_journal"};
constexpr pg::Statement kComplaints{"t_complaints", "SELECT count(*) FROM complaints"};
constexpr pg::Statement kComplaintEvents{"t_complaint_events",
                                         "SELECT count(*) FROM notification_events WHERE kind = 12"};
constexpr pg::Statement kInbound{"t_inbound", "SELECT count(*) FROM inbound_sms"};
constexpr pg::Statement kUnmatched{"t_unmatched", "SELECT count(*) FROM unmatched_receipts"};

constexpr pg::Statement kSuppressed{"t_suppressed", "SELECT count(*) FROM suppressions WHERE reason = 2"};
constexpr pg::Statement kSuppressionsDue{"t_suppressions_due", "SELECT count(*) FROM suppressions_due"};
constexpr pg::Statement kReceiptEvents{"t_receipt_events", "SELECT count(*) FROM notification_events WHERE kind = 6"};

// The mapping of yesterday: it knew no deliveries and no texts.
ProviderReport read_badly(std::string_view provider, ReceiptKind kind, std::string_view body, Instant sent_at)
{
    auto report = read_aws_event(provider, kind, body, sent_at);
    if (report.reading == "delivered" || report.reading == "inbound-sms") return {"unreadable", {}};
    return report;
}

struct Receiving
{
    Receiving(Desk& at, asio::any_io_executor executor, ReportReader reader = read_aws_event,
              ReceiveReceipts::Options options = {})
        : desk(at),
          receive(at.database, test_keys(), at.clock, at.zone, reader, at.scope, std::move(executor),
                  std::move(options))
    {
    }

    Task<> tell(ReceiptKind kind, std::string body)
    {
        ReceivedEvent event;
        event.provider = kind == ReceiptKind::email_event ? "ses" : "sns";
        event.kind = kind;
        event.sent_at = desk.clock.now();
        event.body = std::move(body);
        co_await receive.receive(std::move(event), soon());
    }
    Task<> tell_email(std::string body) { return tell(ReceiptKind::email_event, std::move(body)); }

    Desk& desk;
    ReceiveReceipts receive;
};

// An email that SES has taken under this reference.
Task<NotificationId> sent_email(Desk& desk, const TestService& service, std::string reference)
{
    auto request = desk.email_to(service, "jane@example.com");
    const auto sent = co_await desk.send(service, service.normal, std::move(request));
    const auto id = NotificationId::parse(sent.value()).value();
    const pg::Statement sending{"t_sending",
                                "WITH n AS (UPDATE notifications SET status = 2, sent_by = 'ses', provider_reference = "
                                "$1::text, sent_at = $3 WHERE id = $2::uuid RETURNING service_id, id) INSERT INTO "
                                "awaiting_receipts (provider, reference, service_id, notification_id, look_up_at) "
                                "SELECT 'ses', $1::text, service_id, id, $3::timestamptz FROM n"};
    co_await desk.database.execute(sending, pg::Params::of(reference, id, desk.clock.now()), soon());
    // The ledger follows, as record_send_results would have it.
    co_await desk.database.run_script(
        "DELETE FROM queue_ready; DELETE FROM ledger_deltas; INSERT INTO ledger_deltas (local_date, service_id, "
        "template_id, channel, key_type, status, notifications, billable_units) SELECT local_date, service_id, "
        "template_id, channel, key_type, status, count(*), sum(billable_units) FROM notifications GROUP BY 1, 2, 3, 4, "
        "5, 6",
        soon());
    co_return id;
}

Task<NotificationStatus> status_of(pg::Database& database, NotificationId id)
{
    const pg::Statement query{"t_status", "SELECT status FROM notifications WHERE id = $1::uuid"};
    const auto rows = co_await database.execute(query, pg::Params::of(id), soon());
    co_return static_cast<NotificationStatus>(rows.get<std::int16_t>(0, 0));
}

double applied_receipts()
{
    return metrics::counter("herald_receipts_applied_total", "Receipts that changed a message's status").Value();
}

ManageContext manage_at(pg::Database& database, Instant now)
{
    return {database, test_keys(), "US", now, soon()};
}

// With the permissions to get texts, and a number.
Task<TestService> service_with_number(Desk& desk, std::string inbound_number)
{
    auto wanted = Desk::live_service();
    wanted.permissions |= static_cast<std::uint32_t>(ServicePermission::inbound_sms);
    auto service = co_await desk.add_service(std::move(wanted));
    co_await add_inbound_number(manage(desk.database), inbound_number, "sns");
    co_await assign_inbound_number(manage(desk.database), inbound_number, service.service.id);
    co_return service;
}

TEST(ReceiveReceipts, AnEventIsInTheJournalAndAppliedWhenItReturns)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto id = co_await sent_email(desk, service, "r-1");
            const std::string body = ses_delivery(ses_mail("r-1"));
            co_await receiving.tell_email(body);
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::delivered);
            const pg::Statement query{"t_row", "SELECT id, reading, sealed, purge_on FROM receipt_journal"};
            const auto rows = co_await desk.database.execute(query, pg::Params(), soon());
            EXPECT_EQ(rows.get<std::string>(0, "reading"), "delivered");
            EXPECT_EQ(rows.get<LocalDate>(0, "purge_on"), add_days(desk.zone.date_of(kTestNow), 8));
            const auto sealed = rows.get<pg::Bytes>(0, "sealed").value;
            EXPECT_EQ(sealed.find("jane@example.com"), std::string::npos);
            EXPECT_EQ(test_keys().open(sealed, sealed_receipt_context(rows.get<Uuid>(0, "id"))).value(), body);
            EXPECT_EQ(co_await testing::ledger_differences(desk.database), 0U);
        });
}

TEST(ReceiveReceipts, TheSameEventTwiceChangesNothingMore)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto id = co_await sent_email(desk, service, "r-1");
            const double before = applied_receipts();
            co_await receiving.tell_email(ses_delivery(ses_mail("r-1")));
            co_await receiving.tell_email(ses_delivery(ses_mail("r-1")));
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::delivered);
            EXPECT_EQ(co_await number(desk.database, kJournal), 2);
            EXPECT_EQ(applied_receipts(), before + 1);
            EXPECT_EQ(co_await testing::ledger_differences(desk.database), 0U);
        });
}

TEST(ReceiveReceipts, AHardBounceIsPermanentAndADelayBeforeItIsNone)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto id = co_await sent_email(desk, service, "r-1");
            const json::object delay{{"eventType", "DeliveryDelay"}, {"mail", ses_mail("r-1")}};
            co_await receiving.tell_email(json::serialize(delay));
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::sending);
            co_await receiving.tell_email(ses_bounce(ses_mail("r-1"), "Permanent"));
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::permanent_failure);
        });
}

TEST(ReceiveReceipts, WhatNobodyAwaitsIsKeptUntilSomebodyDoes)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            co_await receiving.tell_email(ses_delivery(ses_mail("of-nobody")));
            EXPECT_EQ(co_await number(desk.database, kUnmatched), 1);
        });
}

TEST(ReceiveReceipts, AComplaintIsStoredOnceWithItsEvent)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto id = co_await sent_email(desk, service, "r-1");
            co_await receiving.tell_email(ses_delivery(ses_mail("r-1")));
            for (int i = 0; i < 2; ++i) co_await receiving.tell_email(ses_complaint(ses_mail("r-1", id), "f-1"));
            co_await receiving.tell_email(ses_complaint(ses_mail("r-1", id), "f-2"));
            EXPECT_EQ(co_await number(desk.database, kComplaints), 2) << "two complaints, one of them told twice";
            EXPECT_EQ(co_await number(desk.database, kComplaintEvents), 2);
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::delivered);
            const pg::Statement query{
                "t_complaint", "SELECT service_id, notification_id, complaint_type, complained_at FROM complaints"};
            const auto rows = co_await desk.database.execute(query, pg::Params(), soon());
            EXPECT_EQ(rows.get<Uuid>(0, "service_id"), service.service.id.value);
            EXPECT_EQ(rows.get<Uuid>(0, "notification_id"), id.value);
            EXPECT_EQ(rows.get<std::string>(0, "complaint_type"), "abuse");
            EXPECT_EQ(rows.get<Instant>(0, "complained_at"), parse_iso8601("2026-11-23T10:05:09Z"));
        });
}

TEST(ReceiveReceipts, AComplaintWithoutOurIdIsFoundByItsReferenceAndTime)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            co_await sent_email(desk, service, "r-1");
            co_await receiving.tell_email(ses_complaint(ses_mail("r-1"), "within minutes"));
            EXPECT_EQ(co_await number(desk.database, kComplaints), 1);
            co_await receiving.tell_email(
                ses_complaint(ses_mail("r-1", std::nullopt, "2026-11-23T21:05:08.000Z"), "after an outage"));
            EXPECT_EQ(co_await number(desk.database, kComplaints), 2);
            co_await receiving.tell_email(
                ses_complaint(ses_mail("r-1", std::nullopt, "2026-11-25T21:05:08.000Z"), "about another message"));
            co_await receiving.tell_email(ses_complaint(ses_mail("r-2"), "of nobody"));
            EXPECT_EQ(co_await number(desk.database, kComplaints), 2);
            EXPECT_EQ(co_await number(desk.database, kJournal), 4) << "what matches nothing is still in the journal";
        });
}

ReceiveReceipts::Options options_telling(std::vector<ToldInbound>& told)
{
    ReceiveReceipts::Options options;
    options.apply.on_inbound = [&told](pg::Transaction&, ToldInbound text, Instant, Deadline) -> Task<>
    {
        told.push_back(std::move(text));
        co_return;
    };
    return options;
}

TEST(ReceiveReceipts, AComplaintThatNamesItsRecipientSuppressesAfterTheContentsAreGone)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto id = co_await sent_email(desk, service, "r-1");
            co_await receiving.tell_email(ses_complaint(ses_mail("r-1", id), "in time"));
            EXPECT_EQ(co_await number(desk.database, kSuppressionsDue), 1);
            EXPECT_EQ(co_await number(desk.database, kSuppressed), 0) << "its contents say whom it went to";
            co_await desk.database.run_script("DELETE FROM suppressions_due; DELETE FROM notification_contents",
                                              soon());
            for (int i = 0; i < 2; ++i) co_await receiving.tell_email(ses_complaint(ses_mail("r-1", id), "late"));
            EXPECT_EQ(co_await number(desk.database, kSuppressionsDue), 0);
            EXPECT_EQ(co_await number(desk.database, kSuppressed), 1);
            auto request = desk.email_to(service, "Jane@example.com");
            const auto sent = co_await desk.send(service, service.normal, std::move(request));
            const auto next = NotificationId::parse(sent.value()).value();
            EXPECT_EQ(co_await status_of(desk.database, next), NotificationStatus::permanent_failure);
        });
}

TEST(ReceiveReceipts, ASendIsKeptForAnAttemptInDoubtAndCostsOthersNothing)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto tell_sent = [&](const std::string& reference, std::optional<NotificationId> id) -> Task<>
            {
                auto mail = ses_mail(reference, id);
                if (id) mail["tags"].as_object()["service_id"] = json::array{service.service.id.to_string()};
                const json::object event{{"eventType", "Send"}, {"mail", mail}, {"send", json::object()}};
                co_await receiving.tell_email(json::serialize(event));
            };
            const auto handed_over = co_await sent_email(desk, service, "r-1");
            co_await tell_sent("r-1", handed_over);
            co_await tell_sent("r-2", std::nullopt);
            EXPECT_EQ(co_await number(desk.database, kReceiptEvents), 0);
            EXPECT_EQ(co_await number(desk.database, kUnmatched), 0);
            auto request = desk.email_to(service, "jane@example.com");
            const auto sent = co_await desk.send(service, service.normal, std::move(request));
            const auto in_doubt = NotificationId::parse(sent.value()).value();
            co_await tell_sent("r-3", in_doubt);
            EXPECT_EQ(co_await number(desk.database, kUnmatched), 1);
            PostgresDeliveryStore store(desk.database);
            const auto found = co_await store.find_left_over_receipt(in_doubt, soon());
            EXPECT_EQ(found->reference, "r-3");
            EXPECT_EQ(found->status, NotificationStatus::sending);
        });
}

TEST(ReceiveReceipts, WhoeverWritesToAServicesNumberIsHeardWhereTextsAreNotKept)
{
    with_desk(
        [](Desk& desk, const TestService& without_permission) -> Task<>
        {
            std::vector<ToldInbound> told;
            const auto options = options_telling(told);
            Receiving receiving(desk, co_await asio::this_coro::executor, read_aws_event, options);
            co_await add_inbound_number(manage(desk.database), "12125550102", "sns");
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-1", "+12125550102", "STOP"));
            EXPECT_TRUE(told.empty()) << "the number is in stock";
            co_await assign_inbound_number(manage(desk.database), "12125550102", without_permission.service.id);
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-2", "+12125550102", "STOP"));
            EXPECT_EQ(told.size(), 1U);
            EXPECT_EQ(told.at(0).service_id, without_permission.service.id);
            co_await desk.database.run_script("UPDATE services SET active = false", soon());
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-3", "+12125550102", "STOP"));
            EXPECT_EQ(told.size(), 2U);
            EXPECT_EQ(co_await number(desk.database, kInbound), 0);

            ReplayOptions replay;
            replay.unchanged_too = true;
            replay.apply = options.apply;
            const ReceiptRange range{kTestNow - seconds(60), kTestNow + seconds(60), std::nullopt};
            const auto done = co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, replay);
            EXPECT_EQ(done->applied.unmatched, 3);
            EXPECT_EQ(told.size(), 2U) << "an old STOP is not heard again";
        });
}

TEST(ReceiveReceipts, ATextReachesTheServiceWhoseNumberItIs)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            std::vector<ToldInbound> told;
            Receiving receiving(desk, co_await asio::this_coro::executor, read_aws_event, options_telling(told));
            const auto service = co_await service_with_number(desk, "+12125550101");
            for (int i = 0; i < 2; ++i)
                co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-1", "+12125550101", "STOP"));
            EXPECT_EQ(co_await number(desk.database, kInbound), 1) << "told twice, it is one";
            const pg::Statement query{"t_text", "SELECT * FROM inbound_sms"};
            const auto rows = co_await desk.database.execute(query, pg::Params(), soon());
            EXPECT_EQ(rows.get<Uuid>(0, "service_id"), service.service.id.value);
            EXPECT_EQ(rows.get<std::string>(0, "notify_number"), "12125550101");
            EXPECT_EQ(rows.get<std::string>(0, "provider"), "sns");
            EXPECT_EQ(rows.get<Instant>(0, "provider_date"), kTestNow);
            const InboundSmsId id{rows.get<Uuid>(0, "id")};
            const auto contents = open_inbound(test_keys(), id, rows.get<pg::Bytes>(0, "sealed").value);
            EXPECT_EQ(contents->user_number, "+14255550182");
            EXPECT_EQ(contents->content, "STOP");
            EXPECT_EQ(told.size(), 1U);
            EXPECT_EQ(told.at(0).service_id, service.service.id);
            EXPECT_EQ(told.at(0).from, "+14255550182");
            EXPECT_EQ(told.at(0).content, "STOP");
            EXPECT_EQ(told.at(0).sent_at, kTestNow);
        });
}

TEST(ReceiveReceipts, ATextIsDroppedWhereNobodyTakesIt)
{
    with_desk(
        [](Desk& desk, const TestService& without_permission) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-1", "+12125550101", "to nobody"));
            co_await service_with_number(desk, "12125550101");
            co_await desk.database.run_script("UPDATE inbound_numbers SET active = false", soon());
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-2", "+12125550101", "not active"));
            co_await add_inbound_number(manage(desk.database), "12125550102", "sns");
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-3", "+12125550102", "in stock"));
            co_await assign_inbound_number(manage(desk.database), "12125550102", without_permission.service.id);
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-4", "+12125550102", "no permission"));
            EXPECT_EQ(co_await number(desk.database, kInbound), 0);
            EXPECT_EQ(co_await number(desk.database, kJournal), 4);
        });
}

TEST(ReceiveReceipts, ManyAtOnceAreAllCommitted)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            TaskScope telling(co_await asio::this_coro::executor);
            for (int i = 0; i < 300; ++i)
                telling.spawn("tell", receiving.tell_email(ses_delivery(ses_mail("r-" + std::to_string(i)))));
            EXPECT_TRUE(co_await telling.join(soon()));
            EXPECT_EQ(co_await number(desk.database, kJournal), 300);
        });
}

TEST(ReceiveReceipts, ADatabaseThatIsAwayIsToldToTheProvider)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            const pg::DatabaseOptions away{.conninfo = "host=/nowhere", .away_patience = milliseconds(10)};
            const ReceiveReceipts::Options options;
            const auto executor = co_await asio::this_coro::executor;
            pg::Database closed(executor, away);
            ReceiveReceipts receive(closed, test_keys(), desk.clock, desk.zone, read_aws_event, desk.scope, executor,
                                    options);
            ReceivedEvent event;
            event.provider = "ses";
            event.body = ses_delivery(ses_mail("r-1"));
            bool refused = false;
            try
            {
                co_await receive.receive(std::move(event), soon());
            }
            catch (const pg::Unavailable&)
            {
                refused = true;
            }
            EXPECT_TRUE(refused);
        });
}

TEST(ReplayReceipts, WhatIsReadInAnotherWayTodayIsApplied)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving yesterday(desk, co_await asio::this_coro::executor, read_badly);
            const auto id = co_await sent_email(desk, service, "r-1");
            co_await yesterday.tell_email(ses_delivery(ses_mail("r-1")));
            co_await yesterday.tell_email("not JSON, about \"mail\"");
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::sending);

            const ReceiptRange range{kTestNow - seconds(60), kTestNow + seconds(60), std::nullopt};
            ReplayOptions options;
            options.dry_run = true;
            const auto dry = co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, options);
            EXPECT_EQ(dry->read, 2);
            EXPECT_EQ(dry->changed, (std::map<std::string, std::int64_t>{{"unreadable -> delivered", 1}}));
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::sending);

            options.dry_run = false;
            options.batch = 1;
            const auto done =
                co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, options);
            EXPECT_EQ(done->read, 2);
            EXPECT_EQ(done->applied.receipts.changed, 1);
            EXPECT_EQ(co_await status_of(desk.database, id), NotificationStatus::delivered);

            const auto again =
                co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, options);
            EXPECT_TRUE(again->changed.empty());
            EXPECT_EQ(again->applied.receipts.changed, 0);
            EXPECT_EQ(co_await number(desk.database, kJournal), 2) << "a replay is not in the journal";
            EXPECT_EQ(co_await testing::ledger_differences(desk.database), 0U);
        });
}

TEST(ReplayReceipts, OnlyTheRangeAndTheProviderAreRead)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            co_await receiving.tell_email(ses_delivery(ses_mail("early")));
            desk.clock.advance(std::chrono::hours(1));
            co_await receiving.tell_email(ses_delivery(ses_mail("late")));
            co_await receiving.tell(ReceiptKind::sms_status, "{}");
            ReceiptRange range{kTestNow + seconds(1), desk.clock.now() + seconds(1), std::nullopt};
            const auto all = co_await list_receipts(manage(desk.database), range, 10);
            EXPECT_EQ(all.size(), 2U);
            range.provider = "sns";
            const auto of_sns = co_await list_receipts(manage(desk.database), range, 10);
            EXPECT_EQ(of_sns.size(), 1U);
            EXPECT_EQ(of_sns.at(0).reading, "unreadable");
            EXPECT_EQ(of_sns.at(0).received_at, desk.clock.now());
            ReplayOptions everything;
            everything.unchanged_too = true;
            const auto counts =
                co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, everything);
            EXPECT_EQ(counts->read, 1);
            range.until = range.since;
            const auto refused =
                co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, everything);
            EXPECT_EQ(refused.error().kind, ErrorKind::validation);
        });
}

TEST(ReplayReceipts, AComplaintAndATextAreNotDoubled)
{
    with_desk(
        [](Desk& desk, const TestService& service) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            const auto id = co_await sent_email(desk, service, "r-1");
            co_await service_with_number(desk, "12125550101");
            co_await receiving.tell_email(ses_complaint(ses_mail("r-1", id), "f-1"));
            co_await receiving.tell(ReceiptKind::inbound_sms, sns_inbound("in-1", "+12125550101", "hello"));
            const ReceiptRange range{kTestNow - seconds(60), kTestNow + seconds(60), std::nullopt};
            ReplayOptions options;
            options.unchanged_too = true;
            const auto done =
                co_await replay_receipts(manage(desk.database), desk.zone, read_aws_event, range, options);
            EXPECT_EQ(done->applied.unmatched, 2);
            EXPECT_EQ(co_await number(desk.database, kComplaints), 1);
            EXPECT_EQ(co_await number(desk.database, kInbound), 1);
        });
}

TEST(ReplayReceipts, ATextBelongsToWhoHadTheNumberWhenItWasWritten)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            Receiving yesterday(desk, co_await asio::this_coro::executor, read_badly);
            const auto first = co_await service_with_number(desk, "12125550101");
            auto wanted = Desk::live_service();
            wanted.permissions |= static_cast<std::uint32_t>(ServicePermission::inbound_sms);
            const auto second = co_await desk.add_service(std::move(wanted));
            desk.clock.advance(std::chrono::hours(1));
            co_await yesterday.tell(ReceiptKind::inbound_sms, sns_inbound("to-first", "+12125550101", "private"));
            const auto moved = desk.clock.now() + std::chrono::hours(1);
            co_await release_inbound_number(manage_at(desk.database, moved), "12125550101");
            co_await assign_inbound_number(manage_at(desk.database, moved), "12125550101", second.service.id);
            co_await assign_inbound_number(manage_at(desk.database, moved + std::chrono::hours(9)), "12125550101",
                                           second.service.id);
            desk.clock.advance(std::chrono::hours(2));
            co_await yesterday.tell(ReceiptKind::inbound_sms, sns_inbound("to-second", "+12125550101", "hello"));

            std::vector<ToldInbound> told;
            ReplayOptions replay;
            replay.apply = options_telling(told).apply;
            const ReceiptRange range{kTestNow, desk.clock.now() + seconds(60), std::nullopt};
            const auto at = manage_at(desk.database, desk.clock.now());
            const auto done = co_await replay_receipts(at, desk.zone, read_aws_event, range, replay);
            EXPECT_EQ(done->applied.inbound, 1);
            EXPECT_EQ(done->applied.unmatched, 1);
            EXPECT_EQ(told.size(), 1U);
            EXPECT_EQ(told.at(0).content, "hello");
            const pg::Statement query{"t_whose", "SELECT service_id, provider_reference FROM inbound_sms"};
            const auto rows = co_await desk.database.execute(query, pg::Params(), soon());
            EXPECT_EQ(rows.size(), 1U);
            EXPECT_EQ(rows.get<Uuid>(0, "service_id"), second.service.id.value);
            EXPECT_EQ(rows.get<std::string>(0, "provider_reference"), "to-second");
        });
}

TEST(ReplayReceipts, ATextIsKeptNoLongerThanIfItHadBeenStoredThen)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            Receiving yesterday(desk, co_await asio::this_coro::executor, read_badly);
            co_await service_with_number(desk, "12125550101");
            co_await desk.database.run_script("UPDATE services SET retention_days_sms = 3", soon());
            co_await yesterday.tell(ReceiptKind::inbound_sms, sns_inbound("in-1", "+12125550101", "hello"));
            const ReceiptRange range{kTestNow - seconds(60), kTestNow + seconds(60), std::nullopt};
            ReplayOptions replay;
            replay.unchanged_too = true;
            const auto replay_after = [&](int days) -> Task<std::int64_t>
            {
                const auto at = manage_at(desk.database, kTestNow + std::chrono::days(days));
                const auto done = co_await replay_receipts(at, desk.zone, read_aws_event, range, replay);
                co_return done->applied.inbound;
            };
            EXPECT_EQ(co_await replay_after(4), 0) << "it would have been purged";
            EXPECT_EQ(co_await number(desk.database, kInbound), 0);
            EXPECT_EQ(co_await replay_after(3), 1);
            const pg::Statement query{"t_purge", "SELECT purge_on FROM inbound_sms"};
            const auto rows = co_await desk.database.execute(query, pg::Params(), soon());
            EXPECT_EQ(rows.get<LocalDate>(0, "purge_on"), add_days(desk.zone.date_of(kTestNow), 4));
        });
}

TEST(ReceiptJournal, KeysRotate)
{
    with_desk(
        [](Desk& desk, const TestService&) -> Task<>
        {
            Receiving receiving(desk, co_await asio::this_coro::executor);
            for (int i = 0; i < 5; ++i) co_await receiving.tell_email(ses_delivery(ses_mail("r-" + std::to_string(i))));
            const KeyRing both = test_keys().with_new_key();
            const RotationOptions small{.batch = 2};
            const auto progress = [](const RotationCount&) {};
            const auto report = co_await rotate_keys(desk.database, both, small, progress);
            EXPECT_TRUE(report.only_current_in_use());
            const auto text = both.to_text();
            const auto new_only = KeyRing::parse(text.substr(text.find(',') + 1)).value();
            const ReceiptRange range{kTestNow - seconds(60), kTestNow + seconds(60), std::nullopt};
            auto context = manage(desk.database);
            const ManageContext rotated{desk.database, new_only, "US", kTestNow, context.deadline};
            const auto read = co_await replay_receipts(rotated, desk.zone, read_aws_event, range, {});
            EXPECT_EQ(read->read, 5);
            EXPECT_EQ(read->unopened, 0);
        });
}

TEST(InboundNumbers, AreAddedAssignedAndReleased)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await testing::new_service(database, "Parks");
            const auto other = co_await testing::new_service(database, "Pools");
            const auto added = co_await add_inbound_number(manage(database), "+12125550101", "sns");
            EXPECT_EQ(added->number, "12125550101");
            EXPECT_FALSE(added->service_id);
            const auto again = co_await add_inbound_number(manage(database), "12125550101", "sns");
            EXPECT_EQ(again.error().kind, ErrorKind::conflict);
            const auto letters = co_await add_inbound_number(manage(database), "HERALD", "sns");
            EXPECT_EQ(letters.error().kind, ErrorKind::validation);
            const auto given = co_await assign_inbound_number(manage(database), "+12125550101", service);
            EXPECT_EQ(given->service_name, "Parks");
            const auto taken = co_await assign_inbound_number(manage(database), "+12125550101", other);
            EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
            const auto released = co_await release_inbound_number(manage(database), "+12125550101");
            EXPECT_FALSE(released->service_id);
            const auto unknown = co_await release_inbound_number(manage(database), "+12125550199");
            EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
            const auto all = co_await list_inbound_numbers(manage(database));
            EXPECT_EQ(all.size(), 1U);
        });
}

}  // namespace
}  // namespace herald
