// What every Provider must do, whoever is on the other side. A provider's tests describe it once as a ProviderHarness
// and say
//     INSTANTIATE_TYPED_TEST_SUITE_P(Acme, ProviderSuite, AcmeHarness);
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include "base/uuid.hpp"
#include "providers/provider.hpp"
#include "runtime/deadline.hpp"
#include "runtime/notifier.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

// How the other side is to behave.
enum class Peer
{
    healthy,
    silent,                  // takes the connection and never says a word
    closes_at_once,          // hangs up without a word
    talks_nonsense,          // something that is not the protocol
    refuses_the_message,     // for good
    is_busy,                 // for now
    silent_after_message,    // has the whole message and never answers
    hangs_up_after_message,  // has the whole message and hangs up instead of answering
};

class ProviderHarness
{
public:
    virtual ~ProviderHarness() = default;
    // A provider whose other side behaves like `peer`. The harness outlives it.
    virtual std::unique_ptr<Provider> make(asio::any_io_executor executor, Peer peer, ReceiptSink sink) = 0;
    [[nodiscard]] virtual Channel channel() const = 0;
    // Whether the other side makes up a reference for each hand-over, so that the same message sent again has another.
    [[nodiscard]] virtual bool makes_up_references() const { return false; }
    // Whether receipts reach Herald by a way of their own (a route of the API) instead of the sink.
    [[nodiscard]] virtual bool tells_receipts_elsewhere() const { return false; }
};

// Harness: a ProviderHarness with a default constructor.
template <class Harness>
class ProviderSuite : public testing::Test
{
protected:
    static constexpr milliseconds kShort{300};
    static constexpr milliseconds kAmple{20'000};
    static constexpr milliseconds kSlack{2'000};  // a loaded machine's; far below what an ignored deadline would take

    std::unique_ptr<Provider> provider(asio::any_io_executor executor, Peer peer)
    {
        auto sink = [this](Receipt receipt)
        {
            receipts_.push_back(std::move(receipt));
            received_.notify_all();
        };
        return harness_->make(std::move(executor), peer, std::move(sink));
    }

    [[nodiscard]] OutgoingMessage message() const
    {
        OutgoingMessage out;
        out.id = NotificationId{make_uuid_v7(SystemClock().now())};
        out.service_id = ServiceId{make_uuid_v7(SystemClock().now())};
        out.channel = harness_->channel();
        out.to = out.channel == Channel::sms ? "+12025550143" : "private.person@example.org";
        out.sender = "+12025550100";
        out.body = "Your code is 123";
        out.from_name = "Benefits Office";
        out.from_address = "benefits@herald.example";
        out.subject = "Your code";
        out.html = "<p>Your code is 123</p>";
        return out;
    }

    static Task<> send_into(Provider& provider, OutgoingMessage message, Deadline deadline, SendOutcome& outcome)
    {
        outcome = co_await provider.send(message, deadline);
    }

    // One message to a peer; checks what holds for every outcome.
    Task<SendOutcome> send_to(Peer peer, milliseconds limit)
    {
        const auto executor = co_await asio::this_coro::executor;
        const auto sender = provider(executor, peer);
        const auto sent = message();
        const auto start = std::chrono::steady_clock::now();
        auto outcome = co_await sender->send(sent, start + limit);
        EXPECT_LT(std::chrono::steady_clock::now() - start, limit + kSlack);
        EXPECT_THAT(outcome.detail, testing::Not(testing::HasSubstr("private.person")));
        EXPECT_THAT(outcome.detail, testing::Not(testing::HasSubstr("2025550143")));
        if (outcome.status != SendStatus::accepted) EXPECT_NE(outcome.detail, "");
        co_return outcome;
    }

    SendOutcome outcome_of(Peer peer, milliseconds limit)
    {
        return run_task<SendOutcome>([this, peer, limit] { return send_to(peer, limit); });
    }

    std::unique_ptr<ProviderHarness> harness_ = std::make_unique<Harness>();
    std::vector<Receipt> receipts_;
    Notifier received_;
};

TYPED_TEST_SUITE_P(ProviderSuite);

TYPED_TEST_P(ProviderSuite, has_a_name_that_can_be_a_metric_label_and_supports_its_channel)
{
    run_task<>(
        [this]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto sender = this->provider(executor, Peer::healthy);
            EXPECT_THAT(std::string(sender->name()), testing::MatchesRegex("[a-z][a-z0-9_]*"));
            EXPECT_TRUE(sender->supports(this->harness_->channel()));
        });
}

TYPED_TEST_P(ProviderSuite, accepts_a_message)
{
    const auto outcome = this->outcome_of(Peer::healthy, TestFixture::kAmple);
    EXPECT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    EXPECT_NE(outcome.reference, "");
}

TYPED_TEST_P(ProviderSuite, gives_the_same_message_the_same_reference_again_and_another_one_another)
{
    run_task<>(
        [this]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto sender = this->provider(executor, Peer::healthy);
            const auto first = this->message();
            const auto second = this->message();
            const auto once = co_await sender->send(first, deadline_in(TestFixture::kAmple));
            const auto again = co_await sender->send(first, deadline_in(TestFixture::kAmple));
            const auto other = co_await sender->send(second, deadline_in(TestFixture::kAmple));
            EXPECT_EQ(once.reference != again.reference, this->harness_->makes_up_references());
            EXPECT_NE(once.reference, other.reference);
            EXPECT_NE(again.reference, other.reference);
        });
}

TYPED_TEST_P(ProviderSuite, takes_many_at_once)
{
    run_task<>(
        [this]() -> Task<>
        {
            constexpr std::size_t count = 200;
            const auto executor = co_await asio::this_coro::executor;
            const auto sender = this->provider(executor, Peer::healthy);
            std::vector<SendOutcome> outcomes(count);
            TaskScope scope(executor);
            for (auto& outcome : outcomes)
                scope.spawn("send",
                            this->send_into(*sender, this->message(), deadline_in(TestFixture::kAmple), outcome));
            EXPECT_TRUE(co_await scope.join(deadline_in(TestFixture::kAmple + TestFixture::kSlack)));

            std::set<std::string> references;
            for (const auto& outcome : outcomes)
            {
                EXPECT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
                references.insert(outcome.reference);
            }
            EXPECT_EQ(references.size(), count);
        });
}

TYPED_TEST_P(ProviderSuite, tells_one_receipt_with_its_reference_where_it_promises_one)
{
    run_task<>(
        [this]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto sender = this->provider(executor, Peer::healthy);
            const auto sent = this->message();
            const auto outcome = co_await sender->send(sent, deadline_in(TestFixture::kAmple));
            if (!outcome.receipt_expected || this->harness_->tells_receipts_elsewhere()) co_return;
            const auto limit = deadline_in(TestFixture::kAmple);
            while (this->receipts_.empty() && co_await this->received_.wait(limit)) continue;
            EXPECT_EQ(this->receipts_.size(), 1U);
            if (this->receipts_.empty()) co_return;
            EXPECT_EQ(this->receipts_.front().provider, sender->name());
            EXPECT_EQ(this->receipts_.front().reference, outcome.reference);
            EXPECT_EQ(this->receipts_.front().status, NotificationStatus::delivered);
        });
}

TYPED_TEST_P(ProviderSuite, looks_up_what_it_accepted_or_says_that_it_cannot)
{
    run_task<>(
        [this]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto sender = this->provider(executor, Peer::healthy);
            const auto sent = this->message();
            const auto outcome = co_await sender->send(sent, deadline_in(TestFixture::kAmple));
            const auto found = co_await sender->look_up(sent.id, outcome.reference, deadline_in(TestFixture::kAmple));
            if (found) EXPECT_EQ(found->reference, outcome.reference);
            const auto unknown = this->message();
            EXPECT_FALSE(co_await sender->look_up(unknown.id, "no such reference", deadline_in(TestFixture::kAmple)));
            EXPECT_FALSE(co_await sender->look_up(unknown.id, "", deadline_in(TestFixture::kAmple)));
        });
}

TYPED_TEST_P(ProviderSuite, returns_by_the_deadline_when_the_other_side_is_silent)
{
    const auto outcome = this->outcome_of(Peer::silent, TestFixture::kShort);
    EXPECT_THAT(outcome.status, testing::AnyOf(SendStatus::retryable, SendStatus::uncertain));
}

TYPED_TEST_P(ProviderSuite, returns_at_once_when_the_deadline_has_passed)
{
    const auto outcome = this->outcome_of(Peer::silent, milliseconds(0));
    EXPECT_THAT(outcome.status, testing::AnyOf(SendStatus::retryable, SendStatus::uncertain));
}

TYPED_TEST_P(ProviderSuite, may_try_again_when_the_other_side_hangs_up)
{
    EXPECT_EQ(this->outcome_of(Peer::closes_at_once, TestFixture::kAmple).status, SendStatus::retryable);
}

TYPED_TEST_P(ProviderSuite, may_try_again_when_the_other_side_talks_nonsense)
{
    EXPECT_EQ(this->outcome_of(Peer::talks_nonsense, TestFixture::kAmple).status, SendStatus::retryable);
}

TYPED_TEST_P(ProviderSuite, reports_a_refusal_as_final)
{
    EXPECT_EQ(this->outcome_of(Peer::refuses_the_message, TestFixture::kAmple).status, SendStatus::rejected);
}

TYPED_TEST_P(ProviderSuite, may_try_again_when_the_other_side_is_busy)
{
    EXPECT_EQ(this->outcome_of(Peer::is_busy, TestFixture::kAmple).status, SendStatus::retryable);
}

TYPED_TEST_P(ProviderSuite, is_uncertain_when_no_answer_comes_after_the_message)
{
    EXPECT_EQ(this->outcome_of(Peer::silent_after_message, TestFixture::kShort * 3).status, SendStatus::uncertain);
}

TYPED_TEST_P(ProviderSuite, is_uncertain_when_the_other_side_hangs_up_after_the_message)
{
    EXPECT_EQ(this->outcome_of(Peer::hangs_up_after_message, TestFixture::kAmple).status, SendStatus::uncertain);
}

TYPED_TEST_P(ProviderSuite, can_be_cancelled_in_the_middle_of_a_send)
{
    run_task<>(
        [this]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto sender = this->provider(executor, Peer::silent);
            const auto sent = this->message();
            bool cancelled = false;
            try
            {
                co_await with_deadline(sender->send(sent, deadline_in(TestFixture::kAmple)),
                                       deadline_in(TestFixture::kShort), "cancelled send");
            }
            catch (const DeadlineExceeded&)
            {
                cancelled = true;
            }
            EXPECT_TRUE(cancelled);
        });
}

REGISTER_TYPED_TEST_SUITE_P(ProviderSuite, has_a_name_that_can_be_a_metric_label_and_supports_its_channel,
                            accepts_a_message, gives_the_same_message_the_same_reference_again_and_another_one_another,
                            takes_many_at_once, tells_one_receipt_with_its_reference_where_it_promises_one,
                            looks_up_what_it_accepted_or_says_that_it_cannot,
                            returns_by_the_deadline_when_the_other_side_is_silent,
                            returns_at_once_when_the_deadline_has_passed, may_try_again_when_the_other_side_hangs_up,
                            may_try_again_when_the_other_side_talks_nonsense, reports_a_refusal_as_final,
                            may_try_again_when_the_other_side_is_busy,
                            is_uncertain_when_no_answer_comes_after_the_message,
                            is_uncertain_when_the_other_side_hangs_up_after_the_message,
                            can_be_cancelled_in_the_middle_of_a_send);

}  // namespace herald
