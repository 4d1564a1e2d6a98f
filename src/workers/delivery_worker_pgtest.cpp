#include "workers/delivery_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/suppress_recipients.hpp"
#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using ::testing::ElementsAre;
using testing::in_delivery_world;
using testing::soon;
using testing::WorldOptions;

constexpr auto kRetryPause = std::chrono::minutes(5);

CaptureRule rule_of(CaptureAnswer answer)
{
    CaptureRule rule;
    rule.answer = answer;
    return rule;
}

WorldOptions answering(CaptureRule rule)
{
    WorldOptions options;
    options.script.rules.push_back(std::move(rule));
    return options;
}

// One pass of everything that runs in the background.
Task<> turn(DeliveryWorld& world)
{
    co_await world.recovery.run_once();
    co_await world.deliver();
}

TEST(DeliveryWorker, DeliversBothChannelsAndWritesTheirStory)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto email = co_await world.accept(service, "ada@example.gov");
            const auto sms = co_await world.accept(service, "+12025550123");

            const auto counts = co_await world.deliver();

            EXPECT_EQ(counts.claimed, 2U);
            EXPECT_EQ(counts.recorded, 2U);
            EXPECT_EQ(co_await world.status(email), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.status(sms), NotificationStatus::delivered);
            EXPECT_THAT(co_await world.events(sms), ElementsAre(EventKind::accepted, EventKind::attempt_started,
                                                                EventKind::handed_over, EventKind::receipt));
            EXPECT_EQ(world.mailbox->find(sms)->text, "Service 1: Hello Ada");
            EXPECT_EQ(co_await world.number("SELECT sum(billable_units) FROM notifications"), 1);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
            EXPECT_EQ(co_await world.number("SELECT (SELECT count(*) FROM queue_ready) + (SELECT count(*) FROM "
                                            "queue_leases) + (SELECT count(*) FROM awaiting_receipts)"),
                      0);
        });
}

// Accepted, and then the person asks to hear no more: what waits in the queue does not go out either.
TEST(DeliveryWorker, KeepsBackWhatIsQueuedForARecipientWhoIsSuppressedMeanwhile)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto stopped = co_await world.accept(service, "+12025550123");
            const auto other = co_await world.accept(service, "+12025550124");
            world.clock.advance(seconds(1));
            auto transaction = co_await world.database.begin(soon());
            SuppressionWish wish;
            wish.service_id = service.id;
            wish.channel = Channel::sms;
            wish.recipient = "+12025550123";
            wish.reason = SuppressionReason::stop;
            co_await suppress_recipient(transaction, world.keys, wish, std::nullopt, world.clock.now(), soon());
            co_await transaction.commit(soon());
            co_await world.deliver();

            EXPECT_EQ(co_await world.status(other), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.status(stopped), NotificationStatus::permanent_failure);
            EXPECT_EQ((co_await world.events(stopped)).back(), EventKind::suppressed);
            EXPECT_EQ(world.mailbox->size(), 1U);
            EXPECT_EQ(co_await world.number("SELECT sum(billable_units) FROM notifications"), 1);
            EXPECT_EQ(co_await world.number(
                          "SELECT count(*) FROM notifications WHERE provider_response = 'suppressed: stop'"),
                      1);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

TEST(DeliveryWorker, RetriesATextMessageAtOnceAndThenEveryFiveMinutesUntilTheTriesAreUsedUp)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto sms = co_await world.accept(service, "+12025550123");
            co_await world.deliver();
            co_await turn(world);  // the first retry, on the same instant
            EXPECT_EQ(co_await world.number("SELECT attempt::int8 FROM queue_retries"), 3);

            for (int attempt = 3; attempt <= 48; ++attempt)
            {
                EXPECT_EQ(co_await world.status(sms), NotificationStatus::created) << attempt;
                world.clock.advance(kRetryPause - seconds(1));
                co_await turn(world);
                EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 1) << attempt;
                world.clock.advance(seconds(1));
                co_await turn(world);
            }

            EXPECT_EQ(co_await world.status(sms), NotificationStatus::technical_failure);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events WHERE kind = 2"), 48);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 0);
            EXPECT_EQ(world.mailbox->size(), 0U);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        },
        answering(rule_of(CaptureAnswer::retry)));
}

TEST(DeliveryWorker, RetriesAnEmailAfterFiveMinutes)
{
    auto rule = rule_of(CaptureAnswer::accept);
    rule.fail_first = 1;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            world.clock.advance(kRetryPause - seconds(1));
            co_await turn(world);
            EXPECT_EQ(co_await world.status(email), NotificationStatus::created);
            world.clock.advance(seconds(1));
            co_await turn(world);
            EXPECT_EQ(co_await world.status(email), NotificationStatus::delivered);
            EXPECT_EQ(world.mailbox->find(email)->times_taken, 1);
        },
        answering(rule));
}

TEST(DeliveryWorker, SettlesAnUncertainAttemptByAskingInsteadOfSendingAgain)
{
    auto rule = rule_of(CaptureAnswer::uncertain);
    rule.receipt = CaptureReceipt::lost;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto sms = co_await world.accept(service, "+12025550123");
            co_await world.deliver();
            EXPECT_EQ(co_await world.status(sms), NotificationStatus::created);

            // Not at once: a receipt may settle it meanwhile.
            co_await turn(world);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries WHERE uncertain"), 1);
            world.clock.advance(kRetryPause);
            co_await turn(world);

            EXPECT_EQ(co_await world.status(sms), NotificationStatus::delivered);
            EXPECT_EQ(world.mailbox->find(sms)->times_taken, 1);
            EXPECT_THAT(co_await world.events(sms),
                        ElementsAre(EventKind::accepted, EventKind::attempt_started, EventKind::attempt_uncertain,
                                    EventKind::attempt_started, EventKind::handed_over, EventKind::receipt));
        },
        answering(rule));
}

// A provider that echoes our id in its receipts and can tell nothing when asked.
class EchoOnly final : public Provider
{
public:
    explicit EchoOnly(DeliveryRecorder& recorder, const Clock& clock) : recorder_(recorder), clock_(clock) {}
    [[nodiscard]] std::string_view name() const override { return "echo"; }
    [[nodiscard]] bool supports(Channel) const override { return true; }
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline) override
    {
        ++sends;
        Receipt receipt;
        receipt.provider = "echo";
        receipt.reference = "echo-1";
        receipt.notification_id = message.id;
        receipt.at = clock_.now();
        recorder_.receive(std::move(receipt));
        co_return SendOutcome(SendStatus::uncertain, {}, "no answer");
    }
    Task<std::optional<Receipt>> look_up(NotificationId, std::string_view, Deadline) override
    {
        co_return std::nullopt;
    }

    int sends = 0;

private:
    DeliveryRecorder& recorder_;
    const Clock& clock_;
};

TEST(DeliveryWorker, SettlesAnUncertainAttemptByItsReceiptInsteadOfSendingAgain)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            EchoOnly provider(world.recorder, world.clock);
            ProviderPool providers(testing::pool_of(&provider, &provider), &provider);
            DeliverNotifications deliver(world.directory, world.recorder, providers, world.keys, world.clock, {});
            DeliveryWorker worker(executor, world.queue, deliver, world.wake_up, world.clock, {});
            const auto service = co_await world.add_service();
            const auto sms = co_await world.accept(service, "+12025550123");
            co_await worker.run_once();
            co_await world.settle();
            world.clock.advance(kRetryPause);
            co_await world.recovery.run_once();
            co_await worker.run_once();
            world.clock.advance(seconds(2));
            co_await world.recovery.run_once();
            co_await world.settle();

            EXPECT_EQ(co_await world.status(sms), NotificationStatus::delivered);
            EXPECT_EQ(provider.sends, 1);
        });
}

TEST(DeliveryWorker, TakesOverFromAWorkerThatDiedAndDoesNotSendTwice)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto email = co_await world.accept(service);
            // It was sent, and the result never recorded.
            auto claimed = co_await world.queue.claim(testing::room_for(10, "email"), world.clock.now(), soon());
            EXPECT_EQ(claimed.size(), 1U);
            co_await world.deliver_notifications.hand_over(std::move(claimed.front()));
            co_await world.settle();

            co_await testing::age_leases(world.database, QueueOptions().lease);
            co_await turn(world);
            EXPECT_EQ(co_await world.status(email), NotificationStatus::created);
            world.clock.advance(QueueOptions().uncertain_pause);
            co_await turn(world);
            EXPECT_EQ(co_await world.status(email), NotificationStatus::delivered);
            EXPECT_EQ(world.mailbox->find(email)->times_taken, 1);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

TEST(DeliveryWorker, KeepsTestKeysAndResearchModeInsideAndEndsThemByTheirMagicRecipients)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto research = co_await world.add_service(true);
            const auto perm_fail = co_await world.accept(service, "perm-fail@simulator.notify", KeyType::test);
            const auto temp_fail = co_await world.accept(research, "temp-fail@simulator.notify");
            const auto sms = co_await world.accept(service, "+12025550123", KeyType::test);
            co_await world.deliver();

            EXPECT_EQ(co_await world.status(perm_fail), NotificationStatus::permanent_failure);
            EXPECT_EQ(co_await world.status(temp_fail), NotificationStatus::temporary_failure);
            EXPECT_EQ(co_await world.status(sms), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE sent_by = 'simulator'"), 3);
            EXPECT_EQ(co_await world.number("SELECT sum(billable_units) FROM notifications"), 0);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

TEST(DeliveryWorker, FailsTheMessagesOfAnArchivedServiceTechnically)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto email = co_await world.accept(service);
            co_await world.database.run_script("UPDATE services SET active = false", soon());
            co_await world.deliver();
            EXPECT_EQ(co_await world.status(email), NotificationStatus::technical_failure);
            EXPECT_EQ(world.mailbox->size(), 0U);
        });
}

TEST(DeliveryWorker, KeepsMessagesForAProviderThatIsSwitchedOffUntilItIsOnAgain)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            co_await world.database.run_script("UPDATE providers SET active = false WHERE name = 'email'", soon());
            const auto email = co_await world.accept(service);
            const auto sms = co_await world.accept(service, "+12025550123");
            co_await turn(world);
            EXPECT_EQ(co_await world.status(sms), NotificationStatus::delivered) << "the other channel goes on";
            EXPECT_THAT(co_await world.events(email), ElementsAre(EventKind::accepted)) << "no attempt is used up";

            co_await world.database.run_script("UPDATE providers SET active = true", soon());
            co_await turn(world);
            EXPECT_EQ(co_await world.status(email), NotificationStatus::delivered);
        });
}

// More turns than there are tries: the message waits, and it is the first attempt that it waits for.
TEST(DeliveryWorker, CountsNoAttemptWhileNothingIsOfferedToAProvider)
{
    WorldOptions options;
    options.deliver.tries = 2;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            testing::WorldMessage abroad(service, "+447700900123");
            abroad.international = true;
            const auto id = co_await world.accept(abroad, world.writer);
            co_await world.database.run_script("UPDATE providers SET international = false", soon());
            co_await world.database.run_script("ALTER TABLE services RENAME TO hidden_services", soon());
            for (int turn = 0; turn < 6; ++turn)
            {
                // Not at once, as the first retry of a text message is, but after the usual pause.
                if (turn == 3)
                    co_await world.database.run_script("ALTER TABLE hidden_services RENAME TO services", soon());
                co_await world.recovery.run_once();
                EXPECT_EQ((co_await world.deliver()).claimed, 1U) << turn;
                EXPECT_EQ(co_await world.number("SELECT attempt::int8 FROM queue_retries"), 1) << turn;
                world.clock.advance(kRetryPause);
            }
            EXPECT_EQ(co_await world.status(id), NotificationStatus::created);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
            EXPECT_EQ(co_await world.number(
                          "SELECT count(*) FROM notification_events WHERE detail = 'no provider sends abroad'"),
                      3);

            co_await world.database.run_script("UPDATE providers SET international = true", soon());
            co_await turn(world);
            EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
        },
        options);
}

// A provider that loses its answers, and at first cannot be asked.
class Forgetful final : public Provider
{
public:
    [[nodiscard]] std::string_view name() const override { return "forgetful"; }
    [[nodiscard]] bool supports(Channel) const override { return true; }
    Task<SendOutcome> send(const OutgoingMessage&, Deadline) override
    {
        ++sends;
        co_return SendOutcome(SendStatus::uncertain, {}, "no answer");
    }
    Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view, Deadline) override
    {
        if (++look_ups <= failing_look_ups) throw std::runtime_error("not reachable");
        if (!knows) co_return std::nullopt;
        Receipt receipt;
        receipt.provider = "forgetful";
        receipt.reference = "f-" + id.to_string();
        co_return std::optional(std::move(receipt));
    }

    int sends = 0;
    int look_ups = 0;
    int failing_look_ups = 3;
    bool knows = true;
};

// The last try is uncertain: what becomes of the message is what the provider says once it can be asked.
Task<NotificationStatus> end_of_an_uncertain_last_try(DeliveryWorld& world, Forgetful& provider)
{
    DeliverOptions one_try;
    one_try.tries = 1;
    ProviderPool providers(testing::pool_of(&provider, &provider), &provider);
    DeliverNotifications deliver(world.directory, world.recorder, providers, world.keys, world.clock, one_try);
    DeliveryWorker worker(co_await asio::this_coro::executor, world.queue, deliver, world.wake_up, world.clock, {});
    const auto service = co_await world.add_service();
    const auto id = co_await world.accept(service);
    for (int turn = 0; turn < 1 + provider.failing_look_ups; ++turn)
    {
        EXPECT_EQ((co_await worker.run_once()).recorded, 1U) << turn;
        EXPECT_EQ(co_await world.status(id), NotificationStatus::created) << turn;
        world.clock.advance(kRetryPause);
        co_await world.recovery.run_once();
    }
    co_await worker.run_once();
    co_await world.settle();
    EXPECT_EQ(provider.sends, 1);
    EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 0);
    EXPECT_EQ(co_await world.ledger_differences(), 0);
    co_return co_await world.status(id);
}

TEST(DeliveryWorker, AsksAboutAnUncertainLastTryUntilThereIsAnAnswer)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            Forgetful provider;
            const auto end = co_await end_of_an_uncertain_last_try(world, provider);
            EXPECT_EQ(end, NotificationStatus::delivered);
        });
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            Forgetful provider;
            provider.knows = false;
            const auto end = co_await end_of_an_uncertain_last_try(world, provider);
            EXPECT_EQ(end, NotificationStatus::technical_failure) << "nobody knows";
        });
}

TEST(DeliveryWorker, GivesBackWhatWasClaimedAndNotBegunWhenItIsStopped)
{
    WorldOptions options;
    options.worker.batch = 10;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto service = co_await world.add_service();
            for (int i = 0; i < 30; ++i) co_await world.accept(service);
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("worker", world.worker.run(stop.token()));
            stop.request_stop();  // while its first claim is under way
            EXPECT_TRUE(co_await running.join(soon()));

            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_leases"), 0);
            EXPECT_EQ(
                co_await world.number("SELECT (SELECT count(*) FROM queue_ready WHERE attempt = 1) + "
                                      "(SELECT count(*) FROM queue_retries WHERE attempt = 1 AND run_at < now())"),
                30);
            EXPECT_EQ(world.mailbox->size(), 0U);
        },
        options);
}

TEST(DeliveryWorker, FinishesWhatIsInFlightWhenItIsStopped)
{
    auto rule = rule_of(CaptureAnswer::accept);
    rule.answer_after = milliseconds(100);
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto service = co_await world.add_service();
            const auto email = co_await world.accept(service);
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("worker", world.worker.run(stop.token()));
            for (testing::Looks looks; world.mailbox->size() == 0;) co_await looks.again();
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_leases"), 0);
            co_await world.settle();
            EXPECT_EQ(co_await world.status(email), NotificationStatus::delivered);
        },
        answering(rule));
}

TEST(DeliveryWorker, ASlowProviderHoldsUpItsOwnChannelAlone)
{
    CaptureRule slow;
    slow.recipient = "+12025550123";
    slow.answer_after = seconds(2);
    auto options = answering(slow);
    options.concurrency = 4;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto service = co_await world.add_service();
            for (int i = 0; i < 50; ++i) co_await world.accept(service, "+12025550123");
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("worker", world.worker.run(stop.token()));
            for (testing::Looks looks; world.mailbox->size() < 4;) co_await looks.again();

            const auto started = std::chrono::steady_clock::now();
            std::vector<NotificationId> emails;
            for (int i = 0; i < 20; ++i) emails.push_back(co_await world.accept(service));
            for (const auto id : emails)
            {
                for (testing::Looks looks; !world.mailbox->find(id);) co_await looks.again();
            }
            EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(2));
            // Not one more text message than there are places was claimed.
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_leases WHERE channel = 2"), 4);
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
        },
        options);
}

TEST(DeliveryWorker, ALoneMessageIsNotBehindTheBacklogOfAnotherService)
{
    WorldOptions options;
    options.worker.batch = 20;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto crowd = co_await world.add_service();
            const auto lone = co_await world.add_service();
            for (int i = 0; i < 100; ++i) co_await world.accept(crowd);
            co_await world.deliver();
            const auto id = co_await world.accept(lone);
            co_await world.deliver();
            EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
            EXPECT_GT(co_await world.number("SELECT count(*) FROM queue_ready"), 50);
        },
        options);
}

TEST(DeliveryWorker, SharesTheWorkWithOthersAndDoesNothingTwice)
{
    WorldOptions options;
    options.worker.batch = 7;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            WakeUp other_wake_up(executor);
            DeliveryQueue other_queue(world.database, other_wake_up, {});
            DeliveryWorker other(executor, other_queue, world.deliver_notifications, other_wake_up, world.clock, {});
            const auto service = co_await world.add_service();
            std::vector<NotificationId> ids;
            for (int i = 0; i < 200; ++i) ids.push_back(co_await world.accept(service));
            co_await other_queue.refresh_services(soon());
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("worker", world.worker.run(stop.token()));
            running.spawn("other", other.run(stop.token()));
            for (testing::Looks looks; world.mailbox->taken() < 200;) co_await looks.again();
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
            co_await world.settle();

            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE status = 5"), 200);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events WHERE kind = 2"), 200);
            EXPECT_EQ(world.mailbox->taken_again(), 0U);
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        },
        options);
}

}  // namespace
}  // namespace herald
