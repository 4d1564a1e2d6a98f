#include "operations/delivery_recorder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "queue/queue.hpp"
#include "sql/queries.hpp"
#include "storage/notification_store.hpp"
#include "tests/support/operations_fixture.hpp"
#include "tests/support/queue_fixture.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using ::testing::ElementsAre;
using testing::number;
using testing::soon;
using testing::TestService;
using testing::with_database;

constexpr pg::Statement kAwaiting{"t_awaiting", "SELECT count(*) FROM awaiting_receipts"};
constexpr pg::Statement kUnmatched{"t_unmatched", "SELECT count(*) FROM unmatched_receipts"};
constexpr pg::Statement kLeases{"t_leases", "SELECT count(*) FROM queue_leases"};
constexpr pg::Statement kReady{"t_ready", "SELECT count(*) FROM queue_ready"};
constexpr pg::Statement kRetries{"t_retries", "SELECT count(*) FROM queue_retries"};
constexpr pg::Statement kCallbacks{"t_callbacks", "SELECT count(*) FROM callback_tasks"};
constexpr pg::Statement kUnits{"t_units", "SELECT sum(billable_units)::int8 FROM notifications"};
constexpr pg::Statement kFact{"t_fact",
                              "SELECT status, sent_by, provider_reference, provider_response, sent_at "
                              "FROM notifications WHERE id = $1"};

// A desk whose messages are claimed and recorded.
class Office : public Desk
{
public:
    Office(pg::Database& to, const asio::any_io_executor& executor, RecorderOptions options = {})
        : Desk(to, executor),
          recorder(database, clock, scope, executor, options),
          wake_up_(executor),
          queue_(database, wake_up_, QueueOptions())
    {
    }

    // `count` messages, accepted and claimed.
    Task<std::vector<ClaimedDelivery>> claim(const TestService& service, std::size_t count,
                                             Channel channel = Channel::sms)
    {
        for (std::size_t i = 0; i < count; ++i)
        {
            const auto message =
                channel == Channel::sms ? text_to(service, "+12028675309") : email_to(service, "ada@example.gov");
            const auto answer = co_await send(service, service.normal, message);
            if (!answer) throw std::logic_error(answer.error().message);
        }
        co_await queue_.refresh_services(soon());
        auto claimed = co_await queue_.claim(testing::room_for(count), clock.now(), soon());
        if (claimed.size() != count) throw std::logic_error("not everything was claimed");
        co_return claimed;
    }

    SendResult handed_over(const ClaimedDelivery& claimed, std::string reference) const
    {
        SendResult result;
        result.service_id = claimed.service_id;
        result.id = claimed.id;
        result.fence = claimed.fence;
        result.hand_off = HandOff::awaits_receipt;
        result.status = NotificationStatus::sending;
        result.provider = "carrier";
        result.reference = std::move(reference);
        result.fragments = 2;
        result.look_up_at = clock.now() + seconds(60);
        return result;
    }

    Receipt receipt(std::string reference, NotificationStatus status) const
    {
        Receipt made;
        made.provider = "carrier";
        made.reference = std::move(reference);
        made.status = status;
        made.at = clock.now();
        return made;
    }

    template <class... Receipts>
    Task<> receive_all(Receipts... receipts)
    {
        (recorder.receive(std::move(receipts)), ...);
        for (testing::Looks looks; scope.running() > 0;) co_await looks.again();
    }
    // The first of them keeps the one writer busy while the others come in.
    template <class... Receipts>
    Task<> receive_in_one_batch(Receipts... receipts)
    {
        auto first = receipt("stranger", NotificationStatus::delivered);
        co_await receive_all(std::move(first), std::move(receipts)...);
    }

    Task<NotificationStatus> status_of(NotificationId id)
    {
        const auto rows = co_await database.execute(kFact, pg::Params::of(id), soon());
        co_return static_cast<NotificationStatus>(rows.get<std::int16_t>(0, "status"));
    }

    Task<std::vector<EventKind>> events_of(const ClaimedDelivery& of)
    {
        NotificationStore store(database);
        std::vector<EventKind> kinds;
        for (const auto& event : co_await store.events(of.service_id, of.id, soon())) kinds.push_back(event.kind);
        co_return kinds;
    }

    // As if the holder of all leases had died.
    Task<> lose_leases()
    {
        co_await testing::age_leases(database, QueueOptions().lease);
        co_await queue_.recover_expired_leases(clock.now(), soon());
    }
    // What lost leases put back is due.
    Task<> move_retries() { co_await queue_.move_due_retries(clock.now() + QueueOptions().uncertain_pause, soon()); }
    Task<std::vector<ClaimedDelivery>> claim_again()
    {
        return queue_.claim(testing::room_for(10), clock.now(), soon());
    }

    Task<> finish()
    {
        EXPECT_EQ(co_await testing::ledger_differences(database), 0U);
        co_await close();
    }

    DeliveryRecorder recorder;

private:
    WakeUp wake_up_;
    DeliveryQueue queue_;
};

TEST(DeliveryRecorder, AResultThenItsReceipt)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            const auto id = claimed.at(0).id;
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            EXPECT_EQ(co_await office.status_of(id), NotificationStatus::sending);
            EXPECT_EQ(co_await number(database, kUnits), 2);
            EXPECT_EQ(co_await number(database, kLeases), 0);
            EXPECT_EQ(co_await number(database, kAwaiting), 1);

            auto receipt = office.receipt("r-1", NotificationStatus::delivered);
            receipt.provider_response = "DELIVRD";
            co_await office.receive_all(receipt);
            const auto fact = co_await database.execute(kFact, pg::Params::of(id), soon());
            EXPECT_EQ(fact.get<std::int16_t>(0, "status"), static_cast<std::int16_t>(NotificationStatus::delivered));
            EXPECT_EQ(fact.get<std::optional<std::string>>(0, "sent_by"), "carrier");
            EXPECT_EQ(fact.get<std::optional<std::string>>(0, "provider_reference"), "r-1");
            EXPECT_EQ(fact.get<std::optional<std::string>>(0, "provider_response"), "DELIVRD");
            EXPECT_EQ(fact.get<std::optional<Instant>>(0, "sent_at"), office.clock.now());
            EXPECT_EQ(co_await number(database, kAwaiting), 0);
            EXPECT_EQ((co_await office.events_of(claimed[0])).size(), 4U);
            EXPECT_EQ(co_await number(database, kCallbacks), 0) << "the service wants none";
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, AReceiptThatOvertookItsResultIsAppliedLater)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            co_await office.receive_all(office.receipt("r-1", NotificationStatus::delivered));
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::created);
            EXPECT_EQ(co_await number(database, kUnmatched), 1);
            office.clock.advance(seconds(2));
            const auto early = co_await office.recorder.match_left_over_receipts(soon());
            EXPECT_EQ(early.looked_at, 1U);
            EXPECT_EQ(early.applied, 0U) << "nobody awaits it yet";
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            EXPECT_EQ((co_await office.recorder.match_left_over_receipts(soon())).looked_at, 0U) << "not so soon again";
            office.clock.advance(seconds(2));
            EXPECT_EQ((co_await office.recorder.match_left_over_receipts(soon())).applied, 1U);
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::delivered);
            EXPECT_EQ(co_await number(database, kUnmatched), 0);
            EXPECT_EQ(co_await number(database, kAwaiting), 0);
            co_await office.finish();
        });
}

// An attempt may be uncertain for days, and settled by a receipt that had come at its beginning.
TEST(DeliveryRecorder, AReceiptThatNobodyAwaitsIsKeptForAsLongAsAMessageMayWantIt)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const NotificationId id{make_uuid_v7(office.clock.now())};
            auto pending = office.receipt("r-1", NotificationStatus::pending);
            auto final = office.receipt("r-1", NotificationStatus::delivered);
            pending.notification_id = final.notification_id = id;
            co_await office.receive_all(pending);
            co_await office.receive_all(final);
            const auto keep = RecorderOptions().keep_left_over_receipts;
            office.clock.advance(keep - seconds(1));
            EXPECT_EQ((co_await office.recorder.match_left_over_receipts(soon())).looked_at, 2U);
            const auto found = co_await office.recorder.find_left_over_receipt(id, soon());
            EXPECT_TRUE(found && found->status == NotificationStatus::delivered && found->reference == "r-1");

            office.clock.advance(std::chrono::minutes(10));
            EXPECT_EQ((co_await office.recorder.match_left_over_receipts(soon())).looked_at, 2U);
            EXPECT_EQ(co_await number(database, kUnmatched), 0);
            co_await office.finish();
        });
}

// More than a round looks at, and none of it awaited: a round that applies nothing is no sign that nothing is left.
TEST(DeliveryRecorder, ARoundLooksAtABoundedNumberOfReceiptsAndSaysHowMany)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            constexpr pg::Statement kStrangers{
                "t_strangers",
                "INSERT INTO unmatched_receipts (provider, reference, status, at, received_at, look_at) "
                "SELECT 'carrier', 's-' || i, 5, $1, $1, $1 FROM generate_series(1, 1500) i"};
            co_await database.execute(kStrangers, pg::Params::of(office.clock.now()), soon());
            for (const std::size_t expected : {1000U, 500U, 0U})
            {
                const auto round = co_await office.recorder.match_left_over_receipts(soon());
                EXPECT_EQ(round.looked_at, expected);
                EXPECT_EQ(round.applied, 0U);
            }
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, RepeatedAndLateReceiptsChangeNothing)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            const auto delivered = office.receipt("r-1", NotificationStatus::delivered);
            co_await office.receive_all(delivered, delivered, delivered);
            co_await office.receive_all(delivered, office.receipt("r-1", NotificationStatus::permanent_failure));
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::delivered);
            EXPECT_EQ((co_await office.events_of(claimed[0])).size(), 4U);
            co_await office.finish();
        });
}

// A receipt that says which message it is about finds it although nobody awaits news of it any more.
Receipt about(const ClaimedDelivery& message, Receipt receipt)
{
    receipt.notification_id = message.id;
    receipt.service_id = message.service_id;
    return receipt;
}

TEST(DeliveryRecorder, AMailboxThatTookTheEmailAndBouncedItLaterIsAPermanentFailure)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto email = co_await office.claim(service, 1, Channel::email);
            const auto sms = co_await office.claim(service, 1);
            co_await office.recorder.record(office.handed_over(email[0], "r-1"), soon());
            co_await office.recorder.record(office.handed_over(sms[0], "r-2"), soon());
            const auto delivered = about(email[0], office.receipt("r-1", NotificationStatus::delivered));
            const auto bounced = about(email[0], office.receipt("r-1", NotificationStatus::permanent_failure));
            auto of_another_hand_off = bounced;
            of_another_hand_off.reference = "r-0";
            co_await office.receive_all(delivered, office.receipt("r-2", NotificationStatus::delivered));
            co_await office.receive_all(delivered, of_another_hand_off);
            EXPECT_EQ(co_await office.status_of(email[0].id), NotificationStatus::delivered);
            EXPECT_EQ(co_await number(database, kUnmatched), 1) << "a repetition is not kept, a stranger is";

            co_await office.receive_all(bounced, bounced);
            EXPECT_EQ(co_await office.status_of(email[0].id), NotificationStatus::permanent_failure);
            co_await office.receive_all(delivered);
            EXPECT_EQ(co_await office.status_of(email[0].id), NotificationStatus::permanent_failure) << "and not back";
            co_await office.receive_all(about(sms[0], office.receipt("r-2", NotificationStatus::permanent_failure)));
            EXPECT_EQ(co_await office.status_of(sms[0].id), NotificationStatus::delivered)
                << "emails bounce, texts do not";
            EXPECT_EQ((co_await office.events_of(email[0])).back(), EventKind::receipt);
            EXPECT_EQ(co_await number(database, kUnmatched), 1);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, ABounceInTheSameBatchAsItsDeliveryComesAfterIt)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto email = co_await office.claim(service, 1, Channel::email);
            co_await office.recorder.record(office.handed_over(email[0], "r-1"), soon());
            co_await office.receive_in_one_batch(
                about(email[0], office.receipt("r-1", NotificationStatus::delivered)),
                about(email[0], office.receipt("r-1", NotificationStatus::permanent_failure)));
            EXPECT_EQ(co_await office.status_of(email[0].id), NotificationStatus::permanent_failure);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, DeliveredStaysWhereThatIsWanted)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            RecorderOptions options;
            options.correct_delivered = false;
            Office office(database, co_await asio::this_coro::executor, options);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto email = co_await office.claim(service, 1, Channel::email);
            co_await office.recorder.record(office.handed_over(email[0], "r-1"), soon());
            co_await office.receive_all(about(email[0], office.receipt("r-1", NotificationStatus::delivered)));
            co_await office.receive_all(about(email[0], office.receipt("r-1", NotificationStatus::permanent_failure)));
            EXPECT_EQ(co_await office.status_of(email[0].id), NotificationStatus::delivered);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, TheFinalReceiptOfABatchWins)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 2);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            co_await office.recorder.record(office.handed_over(claimed[1], "r-2"), soon());
            co_await office.receive_in_one_batch(office.receipt("r-1", NotificationStatus::pending),
                                                 office.receipt("r-2", NotificationStatus::delivered),
                                                 office.receipt("r-1", NotificationStatus::delivered),
                                                 office.receipt("r-2", NotificationStatus::pending));
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::delivered);
            EXPECT_EQ(co_await office.status_of(claimed[1].id), NotificationStatus::delivered);
            EXPECT_EQ(co_await number(database, kAwaiting), 0);
            co_await office.finish();
        });
}

// The reference: pending, then a permanent failure, is temporary. And nothing moves back.
TEST(DeliveryRecorder, PendingStaysUntilAFinalReceipt)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            const auto id = claimed[0].id;
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            co_await office.receive_all(office.receipt("r-1", NotificationStatus::pending));
            EXPECT_EQ(co_await office.status_of(id), NotificationStatus::pending);
            co_await office.receive_all(office.receipt("r-1", NotificationStatus::sending));
            EXPECT_EQ(co_await office.status_of(id), NotificationStatus::pending);
            co_await office.receive_all(office.receipt("r-1", NotificationStatus::permanent_failure));
            EXPECT_EQ(co_await office.status_of(id), NotificationStatus::temporary_failure);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, AMessageAwaitedUnderTwoReferencesIsCountedOnce)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            co_await database.run_script(
                "INSERT INTO awaiting_receipts (provider, reference, service_id, "
                "notification_id, look_up_at) SELECT provider, 'r-2', service_id, "
                "notification_id, look_up_at FROM awaiting_receipts",
                soon());
            co_await office.receive_in_one_batch(office.receipt("r-1", NotificationStatus::pending),
                                                 office.receipt("r-2", NotificationStatus::delivered));
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::delivered);
            EXPECT_EQ((co_await office.events_of(claimed[0])).size(), 4U);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, AnOldFenceIsIgnored)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            auto stale = office.handed_over(claimed[0], "r-old");
            --stale.fence;
            co_await office.recorder.record(std::move(stale), soon());
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::created);
            EXPECT_EQ(co_await number(database, kLeases), 1);
            EXPECT_EQ(co_await number(database, kAwaiting), 0);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::sending);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-again"), soon());
            EXPECT_EQ(co_await number(database, kAwaiting), 1) << "the lease is gone: so is what it entitled to";
            co_await office.finish();
        });
}

// The provider took the message, and said so after the lease was over: it must not be sent again.
class LateAcceptance : public ::testing::TestWithParam<bool>
{
};

TEST_P(LateAcceptance, SettlesTheDoubtOnceWhereverTheMessageWaits)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 2);
            co_await office.lose_leases();
            if (GetParam()) co_await office.move_retries();
            office.clock.advance(seconds(1));
            for (const char* reference : {"r-1", "r-again"})
                co_await office.recorder.record(office.handed_over(claimed[0], reference), soon());

            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::sending);
            EXPECT_EQ(co_await number(database, kUnits), 3) << "two of this one, one of the other as it was accepted";
            EXPECT_EQ(co_await number(database, kAwaiting), 1);
            using enum EventKind;
            EXPECT_THAT(co_await office.events_of(claimed[0]),
                        ElementsAre(accepted, attempt_started, attempt_uncertain, handed_over));
            EXPECT_EQ(co_await office.status_of(claimed[1].id), NotificationStatus::created);
            EXPECT_EQ(co_await number(database, GetParam() ? kReady : kRetries), 1) << "the other message";

            co_await office.receive_all(office.receipt("r-1", NotificationStatus::delivered));
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::delivered);
            co_await office.finish();
        });
}

INSTANTIATE_TEST_SUITE_P(InRetriesAndInReady, LateAcceptance, ::testing::Bool());

TEST(DeliveryRecorder, ALateResultThatIsNoAcceptanceOrWhoseMessageIsClaimedAgainIsVoid)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            co_await office.lose_leases();
            auto failed = office.handed_over(claimed[0], "");
            failed.hand_off = HandOff::failed;
            failed.status = NotificationStatus::technical_failure;
            co_await office.recorder.record(std::move(failed), soon());
            EXPECT_EQ(co_await number(database, kRetries), 1);

            co_await office.move_retries();
            EXPECT_EQ((co_await office.claim_again()).size(), 1U);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::created);
            EXPECT_EQ(co_await number(database, kLeases), 1);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, EachOutcomeLeavesTheMessageWhereItBelongs)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 4);
            auto done = office.handed_over(claimed[0], "r-1");
            done.hand_off = HandOff::done;
            done.status = NotificationStatus::sent;
            auto again = office.handed_over(claimed[1], "");
            again.hand_off = HandOff::try_again;
            again.retry_at = office.clock.now() + seconds(300);
            auto uncertain = again;
            uncertain.id = claimed[2].id;
            uncertain.fence = claimed[2].fence;
            uncertain.uncertain = true;
            auto failed = office.handed_over(claimed[3], "");
            failed.hand_off = HandOff::failed;
            failed.status = NotificationStatus::technical_failure;
            failed.detail = "rejected: 550";
            for (auto* result : {&done, &again, &uncertain, &failed}) co_await office.recorder.record(*result, soon());

            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::sent);
            EXPECT_EQ(co_await office.status_of(claimed[1].id), NotificationStatus::created);
            EXPECT_EQ(co_await office.status_of(claimed[3].id), NotificationStatus::technical_failure);
            EXPECT_EQ(co_await number(database, kAwaiting), 0);
            EXPECT_EQ(co_await number(database, kRetries), 2);
            EXPECT_EQ(co_await number(database, kLeases), 0);
            using enum EventKind;
            EXPECT_THAT(co_await office.events_of(claimed[1]), ElementsAre(accepted, attempt_started, attempt_failed));
            EXPECT_THAT(co_await office.events_of(claimed[2]),
                        ElementsAre(accepted, attempt_started, attempt_uncertain));
            EXPECT_THAT(co_await office.events_of(claimed[3]), ElementsAre(accepted, attempt_started, gave_up));
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, OwesACallbackForEachFinalStatus)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            ServiceStore services(database, testing::test_keys());
            co_await services.put_callback(service.service.id, "delivery_status", "https://example.gov/receipts",
                                           "token-of-the-service", office.clock.now(), soon());
            int told = 0;
            office.recorder.on_callbacks_owed([&told] { ++told; });
            const auto claimed = co_await office.claim(service, 2);
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            co_await office.receive_all(office.receipt("r-1", NotificationStatus::pending));
            EXPECT_EQ(co_await number(database, kCallbacks), 0);
            EXPECT_EQ(told, 0);
            co_await office.receive_all(office.receipt("r-1", NotificationStatus::delivered));
            EXPECT_EQ(co_await number(database, kCallbacks), 1);
            EXPECT_EQ(told, 1);
            auto failed = office.handed_over(claimed[1], "");
            failed.hand_off = HandOff::failed;
            failed.status = NotificationStatus::technical_failure;
            co_await office.recorder.record(std::move(failed), soon());
            EXPECT_EQ(co_await number(database, kCallbacks), 2);
            EXPECT_EQ(told, 2);
            co_await office.finish();
        });
}

Task<> record_into(DeliveryRecorder& recorder, SendResult result, int& refused)
{
    try
    {
        co_await recorder.record(std::move(result), soon());
    }
    catch (const std::runtime_error&)
    {
        ++refused;
    }
}

// A provider's text with a NUL must not cost other messages a second send.
TEST(DeliveryRecorder, ARowTheDatabaseRefusesDoesNotFailItsNeighbours)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Office office(database, executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 40);
            int refused = 0;
            TaskScope calls(executor);
            for (std::size_t i = 0; i < claimed.size(); ++i)
            {
                auto result = office.handed_over(claimed[i], "r-" + std::to_string(i));
                if (i == 17) result.detail = std::string("a\0b", 3);
                calls.spawn("record", record_into(office.recorder, std::move(result), refused));
            }
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_EQ(refused, 1);
            EXPECT_EQ(co_await number(database, kLeases), 1);
            EXPECT_EQ(co_await number(database, kAwaiting), 39);
            co_await office.finish();
        });
}

// The tries of a result, from 1, end as `sql` says.
std::string each_try(std::string_view sql)
{
    return fmt::format(
        "CREATE SEQUENCE tries; CREATE FUNCTION try() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n int := "
        "nextval('tries'); BEGIN {} RETURN old; END $$; CREATE TRIGGER try BEFORE DELETE ON queue_leases FOR EACH ROW "
        "EXECUTE FUNCTION try()",
        sql);
}

constexpr pg::Statement kTries{"t_tries", "SELECT last_value FROM tries"};

TEST(DeliveryRecorder, RoundsWithoutADatabaseAreNoConflicts)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Office office(database, co_await asio::this_coro::executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            // Away five times (the server shuts down), then a deadlock, away, a deadlock, and taken.
            co_await database.run_script(
                each_try("IF n IN (6, 8) THEN RAISE EXCEPTION 'no' USING ERRCODE = '40P01'; ELSIF n < 9 THEN RAISE "
                         "EXCEPTION 'no' USING ERRCODE = '57P03'; END IF;"),
                soon());
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            EXPECT_EQ(co_await number(database, kTries), 9);
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::sending);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, ACommitThatTakesTooLongIsMadeAgain)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            RecorderOptions options;
            options.record.commit_timeout = milliseconds(200);
            Office office(database, co_await asio::this_coro::executor, options);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            co_await database.run_script(each_try("IF n < 3 THEN PERFORM pg_sleep(60); END IF;"), soon());
            co_await office.recorder.record(office.handed_over(claimed[0], "r-1"), soon());
            EXPECT_EQ(co_await number(database, kTries), 3);
            EXPECT_EQ(co_await office.status_of(claimed[0].id), NotificationStatus::sending);
            co_await office.finish();
        });
}

TEST(DeliveryRecorder, GivesUpWhenTheProcessDrainsAndTheDatabaseIsAway)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            Office office(database, executor);
            const auto service = co_await office.add_service(Desk::live_service());
            const auto claimed = co_await office.claim(service, 1);
            co_await database.run_script(each_try("RAISE EXCEPTION 'no' USING ERRCODE = '57P03';"), soon());
            int lost = 0;
            TaskScope calls(executor);
            calls.spawn("record", record_into(office.recorder, office.handed_over(claimed[0], "r-1"), lost));
            for (testing::Looks looks; co_await number(database, kTries) < 3;) co_await looks.again();
            EXPECT_EQ(calls.running(), 1U);
            office.scope.close();
            EXPECT_TRUE(co_await calls.join(soon()));
            EXPECT_EQ(lost, 1);
            EXPECT_EQ(co_await number(database, kLeases), 1) << "the lease ends by itself";
            co_await office.finish();
        });
}

}  // namespace
}  // namespace herald
