#include "providers/capture/capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/deadline.hpp"
#include "runtime/task_scope.hpp"
#include "tests/conformance/provider_suite.hpp"

namespace herald
{
namespace
{

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr seconds kLong{30};
constexpr milliseconds kNever{3'600'000};
const SystemClock system_clock;

OutgoingMessage email_to(std::string to)
{
    OutgoingMessage out;
    out.id = NotificationId{make_uuid_v7(system_clock.now())};
    out.to = std::move(to);
    out.body = "text";
    out.from_name = "Benefits Office";
    out.from_address = "benefits@herald.example";
    out.reply_to = "answers@herald.example";
    out.subject = "subject";
    out.html = "<p>html</p>";
    return out;
}

OutgoingMessage sms_to(std::string to)
{
    OutgoingMessage out;
    out.id = NotificationId{make_uuid_v7(system_clock.now())};
    out.channel = Channel::sms;
    out.to = std::move(to);
    out.sender = "+18005550100";
    out.body = "text";
    return out;
}

CaptureScript one_rule(const CaptureRule& rule)
{
    CaptureScript script;
    script.rules.push_back(rule);
    return script;
}

// A provider on a loop of its own for the length of one test, with the receipts that it told.
class CaptureTest : public testing::Test
{
protected:
    using Body = std::function<Task<>(CaptureProvider&)>;

    void run(CaptureOptions options, const Body& body)
    {
        run_task<>(
            [&]() -> Task<>
            {
                const auto executor = co_await asio::this_coro::executor;
                auto sink = [this](Receipt receipt)
                {
                    receipts_.push_back(std::move(receipt));
                    received_.notify_all();
                };
                CaptureProvider provider(executor, std::move(options), mailbox_, sink, system_clock);
                co_await body(provider);
            });
    }
    void run(const CaptureRule& rule, const Body& body)
    {
        CaptureOptions options;
        options.script = one_rule(rule);
        run(std::move(options), body);
    }

    Task<> wait_for_receipts(std::size_t count)
    {
        const auto limit = deadline_in(kLong);
        while (receipts_.size() < count && co_await received_.wait(limit)) continue;
        EXPECT_EQ(receipts_.size(), count);
    }
    // Until what was put into the loop before this has run, and what that put there.
    static Task<> let_the_loop_run()
    {
        const auto executor = co_await asio::this_coro::executor;
        for (int i = 0; i < 2; ++i) co_await asio::post(executor, asio::use_awaitable);
    }

    std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
    std::vector<Receipt> receipts_;
    Notifier received_;
};

TEST_F(CaptureTest, keeps_what_it_was_given_and_tells_a_receipt)
{
    const auto message = email_to("a@example.org");
    run(CaptureOptions(),
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto outcome = co_await provider.send(message, deadline_in(kLong));
            EXPECT_EQ(outcome.status, SendStatus::accepted);
            EXPECT_TRUE(outcome.receipt_expected);
            EXPECT_THAT(receipts_, IsEmpty());  // the answer comes first
            co_await wait_for_receipts(1);
            EXPECT_EQ(receipts_.at(0).reference, outcome.reference);
        });
    EXPECT_EQ(receipts_.at(0).status, NotificationStatus::delivered);
    EXPECT_EQ(receipts_.at(0).notification_id, message.id);

    const auto kept = mailbox_->find(message.id).value();
    EXPECT_EQ(kept.to, "a@example.org");
    EXPECT_EQ(kept.from, "Benefits Office <benefits@herald.example>");
    EXPECT_EQ(kept.reply_to, "answers@herald.example");
    EXPECT_EQ(kept.subject, "subject");
    EXPECT_EQ(kept.text, "text");
    EXPECT_EQ(kept.html, "<p>html</p>");
    EXPECT_EQ(kept.status, NotificationStatus::delivered);
}

TEST_F(CaptureTest, keeps_nothing_of_a_message_when_it_is_told_so)
{
    const auto message = sms_to("+12025550143");
    CaptureOptions options;
    options.name = "simulator";
    options.keep_content = false;
    run(options,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto outcome = co_await provider.send(message, deadline_in(kLong));
            EXPECT_THAT(outcome.reference, StartsWith("simulator-"));
            co_await wait_for_receipts(1);
        });
    EXPECT_EQ(receipts_.at(0).provider, "simulator");
    const auto kept = mailbox_->find(message.id).value();
    EXPECT_EQ(kept.to + kept.from + kept.text + kept.subject + kept.html, "");
}

TEST_F(CaptureTest, magic_recipients_fail_as_they_promise)
{
    std::vector<OutgoingMessage> messages;
    for (const char* to : {"perm-fail@simulator.notify", "temp-fail@simulator.notify", "delivered@simulator.notify"})
        messages.push_back(email_to(to));
    for (const char* to : {"+12028675302", "+12028675303", "+12028675301"}) messages.push_back(sms_to(to));
    run(CaptureOptions(),
        [&](CaptureProvider& provider) -> Task<>
        {
            for (const auto& message : messages) co_await provider.send(message, deadline_in(kLong));
            co_await wait_for_receipts(messages.size());
        });
    std::vector<NotificationStatus> told;
    for (const auto& receipt : receipts_) told.push_back(receipt.status);
    EXPECT_THAT(told, ElementsAre(NotificationStatus::permanent_failure, NotificationStatus::temporary_failure,
                                  NotificationStatus::delivered, NotificationStatus::permanent_failure,
                                  NotificationStatus::temporary_failure, NotificationStatus::delivered));
}

TEST_F(CaptureTest, the_first_rule_that_matches_counts)
{
    CaptureRule exact;
    exact.recipient = "a@example.org";
    exact.status = NotificationStatus::temporary_failure;
    CaptureRule domain;
    domain.recipient = "*@example.org";
    domain.answer = CaptureAnswer::reject;
    CaptureOptions options;
    options.script.rules = {exact, domain};
    run(options,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto first = email_to("a@example.org");
            const auto second = email_to("b@example.org");
            const auto third = email_to("b@example.com");
            const auto one = co_await provider.send(first, deadline_in(kLong));
            const auto two = co_await provider.send(second, deadline_in(kLong));
            const auto three = co_await provider.send(third, deadline_in(kLong));
            EXPECT_EQ(one.status, SendStatus::accepted);
            EXPECT_EQ(two.status, SendStatus::rejected);
            EXPECT_EQ(three.status, SendStatus::accepted);
            co_await wait_for_receipts(2);
            EXPECT_EQ(receipts_.at(0).status, NotificationStatus::temporary_failure);
        });
    EXPECT_EQ(mailbox_->size(), 2U);  // what was refused is not kept
}

TEST_F(CaptureTest, delays_its_answer_but_has_the_message_at_once)
{
    CaptureRule rule;
    rule.answer_after = milliseconds(50);
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            const auto start = std::chrono::steady_clock::now();
            const auto outcome = co_await provider.send(message, start + kLong);
            EXPECT_GE(std::chrono::steady_clock::now() - start, rule.answer_after);
            EXPECT_EQ(outcome.status, SendStatus::accepted);
        });
}

TEST_F(CaptureTest, an_answer_that_comes_too_late_is_uncertain_and_its_receipt_still_comes)
{
    CaptureRule rule;
    rule.answer_after = milliseconds(100);
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            const auto outcome = co_await provider.send(message, deadline_in(milliseconds(20)));
            EXPECT_EQ(outcome.status, SendStatus::uncertain);
            EXPECT_TRUE(mailbox_->find(message.id));
            co_await wait_for_receipts(1);
            EXPECT_EQ(receipts_.at(0).notification_id, message.id);
        });
}

TEST_F(CaptureTest, fails_each_message_so_many_times_first)
{
    CaptureRule rule;
    rule.fail_first = 2;
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            for (int messages = 0; messages < 2; ++messages)
            {
                const auto message = email_to("a@example.org");
                for (const auto expected : {SendStatus::retryable, SendStatus::retryable, SendStatus::accepted})
                {
                    const auto outcome = co_await provider.send(message, deadline_in(kLong));
                    EXPECT_EQ(outcome.status, expected);
                }
            }
        });
    EXPECT_EQ(mailbox_->taken(), 2U);
}

TEST_F(CaptureTest, throttles_above_its_rate)
{
    CaptureOptions options;
    options.script.max_sends_per_second = 3;
    run(options,
        [&](CaptureProvider& provider) -> Task<>
        {
            int throttled = 0;
            for (int i = 0; i < 50; ++i)
            {
                const auto message = email_to("a@example.org");
                const auto outcome = co_await provider.send(message, deadline_in(kLong));
                if (outcome.detail == "throttled") ++throttled;
            }
            EXPECT_GE(throttled, 40);  // all in one second, or in two on a slow machine
            EXPECT_LE(throttled, 47);
        });
}

TEST_F(CaptureTest, tells_the_receipt_later)
{
    CaptureRule rule;
    rule.receipt_after = milliseconds(40);
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            const auto start = std::chrono::steady_clock::now();
            co_await provider.send(message, deadline_in(kLong));
            EXPECT_EQ(provider.receipts_waiting(), 1U);
            co_await wait_for_receipts(1);
            EXPECT_GE(std::chrono::steady_clock::now() - start, rule.receipt_after);
            EXPECT_EQ(provider.receipts_waiting(), 0U);
        });
}

TEST_F(CaptureTest, tells_the_receipt_twice)
{
    CaptureRule rule;
    rule.receipt = CaptureReceipt::twice;
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            co_await provider.send(message, deadline_in(kLong));
            co_await wait_for_receipts(2);
            EXPECT_EQ(receipts_.at(0).reference, receipts_.at(1).reference);
        });
}

TEST_F(CaptureTest, tells_the_receipt_before_the_answer)
{
    CaptureRule rule;
    rule.receipt = CaptureReceipt::before_answer;
    rule.answer_after = milliseconds(20);
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            std::size_t before = 0;
            TaskScope scope(co_await asio::this_coro::executor);
            const auto send = [&]() -> Task<>
            {
                co_await provider.send(message, deadline_in(kLong));
                before = receipts_.size();
            };
            scope.spawn("send", send());
            EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
            EXPECT_EQ(before, 1U);
            co_await let_the_loop_run();
            EXPECT_EQ(receipts_.size(), 1U);
        });
}

TEST_F(CaptureTest, a_lost_receipt_is_known_when_asked_and_one_that_never_was_is_not)
{
    for (const auto kind : {CaptureReceipt::lost, CaptureReceipt::never})
    {
        CaptureRule rule;
        rule.receipt = kind;
        run(rule,
            [&](CaptureProvider& provider) -> Task<>
            {
                const auto message = email_to("perm-fail@simulator.notify");
                const auto outcome = co_await provider.send(message, deadline_in(kLong));
                EXPECT_EQ(outcome.status, SendStatus::accepted);
                co_await let_the_loop_run();
                EXPECT_THAT(receipts_, IsEmpty());
                const auto by_reference = co_await provider.look_up(message.id, outcome.reference, deadline_in(kLong));
                const auto by_id = co_await provider.look_up(message.id, "", deadline_in(kLong));
                const bool is_known = kind == CaptureReceipt::lost;
                EXPECT_EQ(by_reference.has_value(), is_known);
                EXPECT_EQ(by_id.has_value(), is_known);
                if (by_id) EXPECT_EQ(by_id->status, NotificationStatus::permanent_failure);
            });
    }
}

TEST_F(CaptureTest, an_uncertain_answer_is_settled_by_asking)
{
    CaptureRule rule;
    rule.answer = CaptureAnswer::uncertain;
    rule.receipt = CaptureReceipt::lost;
    run(rule,
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            const auto outcome = co_await provider.send(message, deadline_in(kLong));
            EXPECT_EQ(outcome.status, SendStatus::uncertain);
            EXPECT_EQ(outcome.reference, "");
            const auto found = co_await provider.look_up(message.id, "", deadline_in(kLong));
            EXPECT_EQ(found.value().status, NotificationStatus::delivered);
        });
}

TEST_F(CaptureTest, another_process_can_tell_what_a_reference_means)
{
    const auto message = email_to("temp-fail@simulator.notify");
    std::string reference;
    run(CaptureOptions(),
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto outcome = co_await provider.send(message, deadline_in(kLong));
            reference = outcome.reference;
        });
    mailbox_ = std::make_shared<Mailbox>();
    run(CaptureOptions(),
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto found = co_await provider.look_up(message.id, reference, deadline_in(kLong));
            EXPECT_EQ(found.value().status, NotificationStatus::temporary_failure);
            const auto other = email_to("a@example.org");
            EXPECT_FALSE(co_await provider.look_up(other.id, reference, deadline_in(kLong)));
            for (const char* text : {"capture", "capture-", "capture-delivered-", "capture--", "other-delivered-x"})
                EXPECT_FALSE(co_await provider.look_up(message.id, text, deadline_in(kLong))) << text;
            const std::string unknown_status = "capture-sideways-" + message.id.to_string();
            EXPECT_FALSE(co_await provider.look_up(message.id, unknown_status, deadline_in(kLong)));
        });
}

TEST_F(CaptureTest, a_new_script_holds_for_the_sends_that_come)
{
    CaptureRule rule;
    rule.answer = CaptureAnswer::reject;
    run(CaptureOptions(),
        [&](CaptureProvider& provider) -> Task<>
        {
            const auto message = email_to("a@example.org");
            const auto before = co_await provider.send(message, deadline_in(kLong));
            provider.set_script(one_rule(rule));
            const auto after = co_await provider.send(message, deadline_in(kLong));
            EXPECT_EQ(before.status, SendStatus::accepted);
            EXPECT_EQ(after.status, SendStatus::rejected);
        });
}

CaptureRule rule_for(Peer peer)
{
    CaptureRule rule;
    switch (peer)
    {
        case Peer::healthy:
            break;
        case Peer::silent:
        case Peer::silent_after_message:
            rule.answer_after = kNever;
            break;
        case Peer::closes_at_once:
        case Peer::talks_nonsense:
            rule.answer = CaptureAnswer::retry;
            break;
        case Peer::refuses_the_message:
            rule.answer = CaptureAnswer::reject;
            break;
        case Peer::is_busy:
            rule.answer = CaptureAnswer::throttle;
            break;
        case Peer::hangs_up_after_message:
            rule.answer = CaptureAnswer::uncertain;
            break;
    }
    return rule;
}

template <Channel of>
class CaptureHarness final : public ProviderHarness
{
public:
    std::unique_ptr<Provider> make(asio::any_io_executor executor, Peer peer, ReceiptSink sink) override
    {
        CaptureOptions options;
        options.script = one_rule(rule_for(peer));
        return std::make_unique<CaptureProvider>(std::move(executor), std::move(options), mailbox_, std::move(sink),
                                                 system_clock);
    }
    [[nodiscard]] Channel channel() const override { return of; }

private:
    std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(CaptureEmail, ProviderSuite, CaptureHarness<Channel::email>);
INSTANTIATE_TYPED_TEST_SUITE_P(CaptureSms, ProviderSuite, CaptureHarness<Channel::sms>);

}  // namespace herald
