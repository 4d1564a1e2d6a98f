#include "providers/smtp/smtp.hpp"

#include <algorithm>
#include <list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "runtime/deadline.hpp"
#include "runtime/task_scope.hpp"
#include "tests/conformance/provider_suite.hpp"
#include "tests/support/smtp_imposter.hpp"

namespace herald
{
namespace
{

using test::SmtpImposter;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Command = SmtpImposter::Command;

constexpr seconds kLong{30};
const SystemClock system_clock;

SmtpOptions options_for(int port)
{
    SmtpOptions options;
    options.host = "127.0.0.1";
    options.port = port;
    options.tls = SmtpTls::none;
    options.domain = "herald.example";
    return options;
}

OutgoingMessage a_message()
{
    OutgoingMessage out;
    out.id = NotificationId{make_uuid_v7(system_clock.now())};
    out.to = "private.person@example.org";
    out.body = "Hello\r\n.\r\nagain\r\n";
    out.from_name = "Benefits Office";
    out.from_address = "benefits@herald.example";
    out.subject = "Hello";
    return out;
}

// Sends `messages` one after the other.
std::vector<SendOutcome> send_all(const SmtpOptions& options, const std::vector<OutgoingMessage>& messages,
                                  std::chrono::steady_clock::duration limit = kLong)
{
    std::vector<SendOutcome> outcomes;
    run_task<>(
        [&]() -> Task<>
        {
            SmtpProvider provider(co_await asio::this_coro::executor, options, system_clock);
            for (const auto& message : messages)
                outcomes.push_back(co_await provider.send(message, deadline_in(limit)));
        });
    return outcomes;
}

SendOutcome send_one(const SmtpOptions& options, const OutgoingMessage& message = a_message(),
                     std::chrono::steady_clock::duration limit = kLong)
{
    return send_all(options, {message}, limit).front();
}

// Polite but for one command.
SmtpImposter::Script answering(std::string verb, std::string reply)
{
    return [=](const Command& command)
    {
        const bool is_it = verb.empty() || verb == "." ? command.line == verb : command.is(verb);
        return is_it ? reply : SmtpImposter::polite(command);
    };
}

SendOutcome outcome_when(std::string verb, std::string_view reply)
{
    const SmtpImposter server(answering(std::move(verb), std::string(reply)));
    return send_one(options_for(server.port()));
}

SmtpImposter::Script offering_login(std::string ways, std::string verdict)
{
    return [=](const Command& command) -> std::string
    {
        if (command.is("EHLO")) return "250-imposter.test\r\n250 AUTH " + ways;
        if (command.line == "AUTH LOGIN" || command.line == base64_encode("user")) return "334 VXNlcm5hbWU6";
        if (command.is("AUTH PLAIN") || command.line == base64_encode("secret")) return verdict;
        return SmtpImposter::polite(command);
    };
}

SmtpOptions with_login(int port)
{
    auto options = options_for(port);
    options.username = "user";
    options.password = "secret";
    return options;
}

}  // namespace

TEST(Smtp, hands_over_envelope_and_content)
{
    const SmtpImposter server;
    const auto message = a_message();
    const auto outcome = send_one(options_for(server.port()), message);
    EXPECT_EQ(outcome.status, SendStatus::accepted);
    EXPECT_EQ(outcome.detail, "250 2.0.0");
    EXPECT_EQ(outcome.reference, message.id.to_string() + "@herald.example");
    EXPECT_FALSE(outcome.receipt_expected);

    const auto messages = server.messages();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_THAT(messages[0].from, StartsWith("MAIL FROM:<benefits@herald.example> SIZE="));
    EXPECT_EQ(messages[0].to, "RCPT TO:<private.person@example.org>");
    EXPECT_THAT(messages[0].content, HasSubstr("Message-ID: <" + outcome.reference + ">\r\n"));
    EXPECT_THAT(messages[0].content, HasSubstr("\r\n\r\nHello\r\n.\r\nagain\r\n"));
    EXPECT_EQ(server.lines().front(), "EHLO herald.example");
}

TEST(Smtp, uses_a_connection_again)
{
    const SmtpImposter server;
    const std::vector<OutgoingMessage> messages(5, a_message());
    for (const auto& outcome : send_all(options_for(server.port()), messages))
        EXPECT_EQ(outcome.status, SendStatus::accepted) << outcome.detail;
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(server.messages().size(), 5U);
}

TEST(Smtp, begins_a_new_connection_after_so_many_messages)
{
    const SmtpImposter server;
    auto options = options_for(server.port());
    options.messages_per_connection = 2;
    send_all(options, std::vector<OutgoingMessage>(5, a_message()));
    EXPECT_EQ(server.connections(), 3);
}

TEST(Smtp, opens_no_more_connections_than_it_may_and_the_rest_wait)
{
    const SmtpImposter server;
    auto options = options_for(server.port());
    options.connections = 3;
    int accepted = 0;
    const auto send = [&accepted](SmtpProvider& provider) -> Task<>
    {
        const auto message = a_message();
        const auto outcome = co_await provider.send(message, deadline_in(kLong));
        if (outcome.status == SendStatus::accepted) ++accepted;
    };
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            SmtpProvider provider(executor, options, system_clock);
            TaskScope scope(executor);
            for (int i = 0; i < 100; ++i) scope.spawn("send", send(provider));
            EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        });
    EXPECT_EQ(accepted, 100);
    EXPECT_LE(server.connections(), 3);
    EXPECT_EQ(server.messages().size(), 100U);
}

TEST(Smtp, gives_up_waiting_for_a_connection_at_the_deadline)
{
    const SmtpImposter server(answering(".", std::string(SmtpImposter::kSilence)));
    auto options = options_for(server.port());
    options.connections = 1;
    SendOutcome first;
    SendOutcome second;
    const auto send = [](SmtpProvider& provider, milliseconds limit, SendOutcome& outcome) -> Task<>
    {
        const auto message = a_message();
        outcome = co_await provider.send(message, deadline_in(limit));
    };
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            SmtpProvider provider(executor, options, system_clock);
            TaskScope scope(executor);
            scope.spawn("send", send(provider, milliseconds(600), first));
            scope.spawn("send", send(provider, milliseconds(200), second));
            EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        });
    EXPECT_EQ(first.status, SendStatus::uncertain);
    EXPECT_EQ(second.status, SendStatus::retryable);
    EXPECT_THAT(second.detail, HasSubstr("no connection was free"));
    EXPECT_EQ(server.connections(), 1);
}

TEST(Smtp, goes_on_with_the_connection_after_a_refusal)
{
    const SmtpImposter server(
        [](const Command& command)
        {
            if (command.is("RCPT TO:<gone@")) return std::string("550 5.1.1 <gone@example.org> no such user");
            return SmtpImposter::polite(command);
        });
    auto gone = a_message();
    gone.to = "gone@example.org";
    const auto outcomes = send_all(options_for(server.port()), {gone, a_message()});
    EXPECT_EQ(outcomes[0].status, SendStatus::rejected);
    EXPECT_EQ(outcomes[0].detail, "RCPT: 550 5.1.1");
    EXPECT_EQ(outcomes[1].status, SendStatus::accepted);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_THAT(server.lines(), testing::Contains("RSET"));
}

TEST(Smtp, tries_once_more_when_an_idle_connection_turns_out_to_be_gone)
{
    for (const auto& last_words : {std::string(SmtpImposter::kHangUp), std::string("421 4.4.2 idle for too long")})
    {
        int mails = 0;
        const SmtpImposter server(
            [&](const Command& command)
            {
                if (command.is("MAIL") && command.connection == 1 && ++mails == 2) return last_words;
                return SmtpImposter::polite(command);
            });
        const auto outcomes = send_all(options_for(server.port()), {a_message(), a_message()});
        EXPECT_EQ(outcomes[1].status, SendStatus::accepted) << outcomes[1].detail;
        EXPECT_EQ(server.connections(), 2);
        EXPECT_EQ(server.messages().size(), 2U);
    }
}

TEST(Smtp, does_not_try_again_by_itself_once_the_message_may_have_left)
{
    const SmtpImposter server(answering(".", std::string(SmtpImposter::kHangUp)));
    const auto outcome = send_one(options_for(server.port()));
    EXPECT_EQ(outcome.status, SendStatus::uncertain);
    EXPECT_THAT(outcome.detail, StartsWith("message: connection lost"));
    EXPECT_EQ(server.messages().size(), 1U);
    EXPECT_EQ(server.connections(), 1);
}

TEST(Smtp, tells_what_went_wrong_and_never_whom_it_was_for)
{
    struct Case
    {
        const char* verb;
        std::string_view reply;
        SendStatus status;
        const char* detail;
    };
    const std::string quoting = " <private.person@example.org> is not wanted";
    const std::vector<std::pair<Case, std::string>> cases{
        {{"", "554", SendStatus::retryable, "greeting: 554"}, quoting},
        {{"", "421", SendStatus::retryable, "greeting: 421"}, quoting},
        {{"EHLO", "502", SendStatus::retryable, "EHLO: 502"}, quoting},
        {{"MAIL", "451 4.3.0", SendStatus::retryable, "MAIL: 451 4.3.0"}, quoting},
        {{"MAIL", "552 5.3.4", SendStatus::rejected, "MAIL: 552 5.3.4"}, quoting},
        {{"RCPT", "450 4.2.0", SendStatus::retryable, "RCPT: 450 4.2.0"}, quoting},
        {{"RCPT", "550", SendStatus::rejected, "RCPT: 550"}, quoting},
        {{"RCPT", "421 4.7.0", SendStatus::retryable, "RCPT: 421 4.7.0"}, quoting},
        {{"DATA", "554 5.5.1", SendStatus::rejected, "DATA: 554 5.5.1"}, quoting},
        {{"DATA", "250", SendStatus::retryable, "DATA: 250"}, quoting},
        {{".", "452 4.3.1", SendStatus::retryable, "message: 452 4.3.1"}, quoting},
        {{".", "554 5.7.1", SendStatus::rejected, "message: 554 5.7.1"}, quoting},
        {{".", "what", SendStatus::uncertain, "message: not an SMTP reply"}, quoting},
        {{"MAIL", "<private.person@example.org>", SendStatus::retryable, "MAIL: not an SMTP reply"}, ""},
        {{"RCPT", SmtpImposter::kHangUp, SendStatus::retryable, "RCPT: connection lost (End of file)"}, ""},
        {{"DATA", SmtpImposter::kHangUp, SendStatus::retryable, "DATA: connection lost (End of file)"}, ""},
    };
    for (const auto& [expected, text] : cases)
    {
        const auto outcome = outcome_when(expected.verb, std::string(expected.reply) + text);
        EXPECT_EQ(outcome.status, expected.status) << expected.verb << expected.reply;
        EXPECT_EQ(outcome.detail, expected.detail);
        EXPECT_FALSE(outcome.receipt_expected);
    }
}

TEST(Smtp, refuses_an_endless_reply)
{
    const auto outcome = outcome_when("EHLO", std::string(1'000'000, '2'));
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "EHLO: not an SMTP reply");
}

TEST(Smtp, says_that_nobody_listens)
{
    int port = 0;
    {
        const SmtpImposter gone;
        port = gone.port();
    }
    const auto outcome = send_one(options_for(port));
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "connect: not reached (Connection refused)");
}

TEST(Smtp, says_that_there_is_no_such_host_by_the_deadline)
{
    auto options = options_for(25);
    options.host = "no-such-host.invalid";
    run_task<>(
        [&]() -> Task<>
        {
            SmtpProvider provider(co_await asio::this_coro::executor, options, system_clock);
            const auto message = a_message();
            const auto start = std::chrono::steady_clock::now();
            const auto outcome = co_await provider.send(message, start + seconds(1));
            EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(4));
            EXPECT_EQ(outcome.status, SendStatus::retryable);
            EXPECT_THAT(outcome.detail, StartsWith("connect: "));
        });
}

TEST(Smtp, a_body_that_the_server_does_not_read_is_given_up_and_may_be_sent_again)
{
    // Larger than the socket buffers of both sides, so it never leaves whole.
    const SmtpImposter server(answering("DATA", std::string(SmtpImposter::kDeaf)));
    auto message = a_message();
    message.body.assign(12'000'000, 'x');
    const auto outcome = send_one(options_for(server.port()), message, seconds(2));
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "DATA: timed out");
}

TEST(SmtpLogin, is_plain_where_that_is_offered)
{
    const SmtpImposter server(offering_login("LOGIN PLAIN", "235 2.7.0 welcome"));
    EXPECT_EQ(send_one(with_login(server.port())).status, SendStatus::accepted);
    const std::string secret("\0user\0secret", 12);
    EXPECT_THAT(server.lines(), testing::Contains("AUTH PLAIN " + base64_encode(secret)));
}

TEST(SmtpLogin, goes_step_by_step_where_only_that_is_offered)
{
    const SmtpImposter server(offering_login("LOGIN", "235 2.7.0 welcome"));
    EXPECT_EQ(send_one(with_login(server.port())).status, SendStatus::accepted);
}

TEST(SmtpLogin, that_is_refused_is_retryable_and_not_repeated_for_a_while)
{
    const SmtpImposter server(offering_login("PLAIN", "535 5.7.8 user or secret is wrong"));
    const auto outcomes = send_all(with_login(server.port()), {a_message(), a_message(), a_message()});
    for (const auto& outcome : outcomes)
    {
        EXPECT_EQ(outcome.status, SendStatus::retryable);
        EXPECT_EQ(outcome.detail, "login: 535 5.7.8");
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST(SmtpLogin, that_is_not_offered_is_an_operators_matter)
{
    const SmtpImposter server;
    const auto outcome = send_one(with_login(server.port()));
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "login: not offered by the server (AUTH PLAIN or LOGIN)");
}

TEST(SmtpTls, is_not_given_up_where_the_server_does_not_offer_it)
{
    const SmtpImposter server;
    auto options = options_for(server.port());
    options.tls = SmtpTls::starttls;
    const auto outcome = send_one(options);
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "TLS: not offered by the server (STARTTLS)");
    EXPECT_TRUE(server.messages().empty());
}

TEST(SmtpTls, believes_nothing_that_came_ahead_of_the_handshake)
{
    const SmtpImposter server(
        [](const Command& command) -> std::string
        {
            if (command.is("EHLO")) return "250-imposter.test\r\n250 STARTTLS";
            if (command.is("STARTTLS")) return "220 go ahead\r\n250-injected\r\n250 AUTH PLAIN";
            return SmtpImposter::polite(command);
        });
    auto options = options_for(server.port());
    options.tls = SmtpTls::starttls;
    const auto outcome = send_one(options);
    EXPECT_EQ(outcome.status, SendStatus::retryable);
    EXPECT_EQ(outcome.detail, "TLS: not an SMTP reply");
    EXPECT_THAT(server.lines(), ElementsAre(StartsWith("EHLO"), "STARTTLS"));
}

TEST(SmtpAddresses, beyond_ascii_are_sent_only_to_a_server_that_takes_them)
{
    auto message = a_message();
    message.to = "j\u00f6rg@example.org";
    const SmtpImposter modern;
    EXPECT_EQ(send_one(options_for(modern.port()), message).status, SendStatus::accepted);
    EXPECT_THAT(modern.messages().at(0).from, HasSubstr(" BODY=8BITMIME SMTPUTF8"));

    const SmtpImposter old(answering("EHLO", "250 imposter.test"));
    const auto outcomes = send_all(options_for(old.port()), {message, a_message()});
    EXPECT_EQ(outcomes[0].status, SendStatus::rejected);
    EXPECT_EQ(outcomes[0].detail, "MAIL: not offered by the server (SMTPUTF8)");
    EXPECT_EQ(outcomes[1].status, SendStatus::accepted);
    EXPECT_EQ(old.messages().size(), 1U);
    EXPECT_EQ(old.connections(), 1);
}

TEST(SmtpAddresses, that_could_carry_a_command_are_refused)
{
    const SmtpImposter server;
    for (const char* to : {"a@example.org>\r\nRCPT TO:<b@example.org", "a@example.org\n", "a b@example.org", "a", ""})
    {
        auto message = a_message();
        message.to = to;
        const auto outcome = send_one(options_for(server.port()), message);
        EXPECT_EQ(outcome.status, SendStatus::rejected) << to;
        EXPECT_THAT(outcome.detail, AllOf(StartsWith("to "), Not(HasSubstr("example"))));
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(SmtpOptions, are_checked)
{
    const auto complaint = [](auto change)
    {
        auto options = options_for(587);
        change(options);
        const auto ok = check(options);
        return ok ? std::string() : ok.error().message;
    };
    EXPECT_EQ(complaint([](SmtpOptions&) {}), "");
    EXPECT_THAT(complaint([](SmtpOptions& o) { o.host = ""; }), StartsWith("smtp.host"));
    EXPECT_THAT(complaint([](SmtpOptions& o) { o.host = "a\r\nb"; }), StartsWith("smtp.host"));
    EXPECT_EQ(complaint([](SmtpOptions& o) { o.port = 0; }), "smtp.port must be between 1 and 65535");
    EXPECT_EQ(complaint([](SmtpOptions& o) { o.connections = 257; }), "smtp.connections must be between 1 and 256");
    EXPECT_THAT(complaint([](SmtpOptions& o) { o.password = "x"; }), StartsWith("smtp.password"));
    EXPECT_THAT(complaint([](SmtpOptions& o) { o.domain = "a b"; }), StartsWith("email.domain"));
    const auto login_in_clear = [](SmtpOptions& o)
    {
        o.username = "user";
        o.host = "relay.example";
    };
    EXPECT_THAT(complaint(login_in_clear), StartsWith("smtp.tls must not be none"));
    EXPECT_EQ(complaint([](SmtpOptions& o) { o.username = "user"; }), "");

    EXPECT_EQ(parse_smtp_tls("implicit"), SmtpTls::implicit);
    EXPECT_EQ(parse_smtp_tls("ssl"), std::nullopt);
    asio::io_context context;
    EXPECT_THROW(SmtpProvider(context.get_executor(), SmtpOptions(), system_clock), std::invalid_argument);
    auto options = options_for(587);
    options.ca_file = "/nonexistent";
    EXPECT_THROW(SmtpProvider(context.get_executor(), options, system_clock), std::invalid_argument);
}

namespace
{

std::string behave(Peer peer, const Command& command)
{
    const bool is_greeting = command.line.empty();
    const bool is_recipient = command.is("RCPT");
    const bool is_message = command.line == ".";
    switch (peer)
    {
        case Peer::healthy:
            break;
        case Peer::silent:
            return std::string(SmtpImposter::kSilence);
        case Peer::closes_at_once:
            return std::string(SmtpImposter::kHangUp);
        case Peer::talks_nonsense:
            if (is_greeting) return "SSH-2.0-OpenSSH_9.2";
            break;
        case Peer::refuses_the_message:
            if (is_recipient) return "550 5.1.1 <private.person@example.org>: no such user";
            break;
        case Peer::is_busy:
            if (is_recipient) return "451 4.3.2 <private.person@example.org>: try again later";
            break;
        case Peer::silent_after_message:
            if (is_message) return std::string(SmtpImposter::kSilence);
            break;
        case Peer::hangs_up_after_message:
            if (is_message) return std::string(SmtpImposter::kHangUp);
            break;
    }
    return SmtpImposter::polite(command);
}

class SmtpHarness final : public ProviderHarness
{
public:
    std::unique_ptr<Provider> make(asio::any_io_executor executor, Peer peer, ReceiptSink) override
    {
        const auto& server = servers_.emplace_back([peer](const Command& command) { return behave(peer, command); });
        return std::make_unique<SmtpProvider>(std::move(executor), options_for(server.port()), system_clock);
    }
    [[nodiscard]] Channel channel() const override { return Channel::email; }

private:
    std::list<SmtpImposter> servers_;
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Smtp, ProviderSuite, SmtpHarness);

}  // namespace herald
