#include "providers/aws/ses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "runtime/deadline.hpp"
#include "runtime/task_scope.hpp"
#include "tests/conformance/provider_suite.hpp"
#include "tests/support/aws_imposter.hpp"
#include "tests/support/aws_signature.hpp"

namespace herald
{
namespace
{

using test::AwsReply;
using test::HttpImposter;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr seconds kLong{30};
const SystemClock system_clock;

AwsReply taken(int number)
{
    return {200, R"({"MessageId":"0100017e-)" + std::to_string(number) + R"(-000000"})", ""};
}

AwsReply refused(int status, const std::string& code, const std::string& words = "for private.person@example.org")
{
    return {status, R"({"message":")" + words + R"("})", "x-amzn-ErrorType: " + code + "\r\n"};
}

SesOptions options_for(std::string endpoint)
{
    SesOptions options;
    options.aws = test::aws_options(std::move(endpoint));
    options.domain = "herald.example";
    return options;
}

OutgoingMessage a_message()
{
    OutgoingMessage out;
    out.id = NotificationId{make_uuid_v7(system_clock.now())};
    out.service_id = ServiceId{make_uuid_v7(system_clock.now())};
    out.to = "private.person@example.org";
    out.body = "Hello";
    out.html = "<p>Hello</p>";
    out.from_name = "Benefits Office";
    out.from_address = "benefits@herald.example";
    out.subject = "Hello";
    return out;
}

// Sends `messages` one after the other.
std::vector<SendOutcome> send_all(const SesOptions& options, const std::vector<OutgoingMessage>& messages,
                                  std::chrono::steady_clock::duration limit = kLong)
{
    std::vector<SendOutcome> outcomes;
    run_task<>(
        [&]() -> Task<>
        {
            SesProvider provider(co_await asio::this_coro::executor, options, system_clock);
            for (const auto& message : messages)
                outcomes.push_back(co_await provider.send(message, deadline_in(limit)));
        });
    return outcomes;
}

SendOutcome send_one(const SesOptions& options, std::chrono::steady_clock::duration limit = kLong)
{
    return send_all(options, {a_message()}, limit).front();
}

SendOutcome outcome_when(HttpImposter::Script script, std::chrono::steady_clock::duration limit = kLong)
{
    const HttpImposter server(std::move(script));
    return send_one(options_for(server.url("")), limit);
}

}  // namespace

TEST(Ses, hands_over_finished_mime_and_the_notification_s_id)
{
    const HttpImposter server(test::taking_all(&taken));
    auto message = a_message();
    message.reply_to = "answers@herald.example";
    message.one_click_unsubscribe_url = "https://herald.example/unsubscribe?a=1";
    auto options = options_for(server.url(""));
    options.configuration_set = "herald-events";
    const auto outcome = send_all(options, {message}).front();
    EXPECT_EQ(outcome.status, SendStatus::accepted);
    EXPECT_EQ(outcome.reference, "0100017e-1-000000");
    EXPECT_EQ(outcome.detail, "200");
    EXPECT_TRUE(outcome.receipt_expected);

    const auto request = server.requests().at(0);
    EXPECT_EQ(request.line(), "POST /v2/email/outbound-emails HTTP/1.1");
    EXPECT_EQ(request.header("Content-Type"), "application/json");
    auto body = json::parse(request.body).as_object();
    const auto raw = base64_decode(json::value_to<std::string>(body.at("Content").at("Raw").at("Data"))).value();
    const auto id = message.id.to_string();
    for (const auto& line : {"To: private.person@example.org", "Reply-To: answers@herald.example",
                             "List-Unsubscribe: <https://herald.example/unsubscribe?a=1>",
                             "List-Unsubscribe-Post: List-Unsubscribe=One-Click"})
        EXPECT_THAT(raw, HasSubstr(std::string("\r\n") + line + "\r\n"));
    EXPECT_THAT(raw, HasSubstr("Message-ID: <" + id + "@herald.example>\r\nX-Notification-Id: " + id + "\r\n"));
    EXPECT_THAT(raw, HasSubstr("Content-Type: text/plain"));
    EXPECT_THAT(raw, HasSubstr("<p>Hello</p>"));
    body.erase("Content");
    EXPECT_EQ(body, json::parse(R"({
        "FromEmailAddress": "benefits@herald.example",
        "Destination": {"ToAddresses": ["private.person@example.org"]},
        "EmailTags": [{"Name": "notification_id", "Value": ")" +
                                id + R"("}, {"Name": "service_id", "Value": ")" + message.service_id.to_string() +
                                R"("}],
        "ConfigurationSetName": "herald-events"})"));
}

TEST(Ses, signs_with_the_key_the_region_and_the_token)
{
    const HttpImposter server(test::taking_all(&taken));
    auto options = options_for(server.url(""));
    options.aws.session_token = "token/of+session==";
    send_one(options);
    const auto request = server.requests().at(0);
    const auto claim = test::read_claim(request.header("Authorization").value_or(""));
    EXPECT_EQ(claim.key_id, "AKIDEXAMPLE");
    EXPECT_EQ(claim.region, "us-gov-west-1");
    EXPECT_EQ(claim.service, "ses");
    EXPECT_EQ(claim.signed_headers, "content-type;host;x-amz-date;x-amz-security-token");
    EXPECT_EQ(claim.signature, test::aws_signature(request.head, request.body, claim, options.aws.secret_access_key));
    EXPECT_THAT(request.head, Not(HasSubstr(options.aws.secret_access_key)));
    EXPECT_THAT(request.body, Not(HasSubstr("ConfigurationSetName")));
}

TEST(Ses, reads_what_an_answer_means_and_never_says_whom_it_was_for)
{
    struct Case
    {
        AwsReply reply;
        SendStatus status;
        const char* detail;
    };
    const std::vector<Case> cases{
        {refused(400, "MessageRejected"), SendStatus::rejected, "400 MessageRejected"},
        {refused(400, "MessageRejected", "Email address is not verified. The following identities failed"),
         SendStatus::retryable, "400 MessageRejected"},
        {refused(400, "BadRequestException"), SendStatus::rejected, "400 BadRequestException"},
        {refused(413, ""), SendStatus::rejected, "413"},
        {refused(400, "AccountSuspendedException"), SendStatus::retryable, "400 AccountSuspendedException"},
        {refused(400, "SendingPausedException"), SendStatus::retryable, "400 SendingPausedException"},
        {refused(400, "MailFromDomainNotVerifiedException"), SendStatus::retryable,
         "400 MailFromDomainNotVerifiedException"},
        {refused(404, "NotFoundException"), SendStatus::retryable, "404 NotFoundException"},
        {refused(403, "InvalidSignatureException"), SendStatus::retryable, "403 InvalidSignatureException"},
        {refused(429, "TooManyRequestsException"), SendStatus::retryable, "429 TooManyRequestsException"},
        {refused(400, "LimitExceededException"), SendStatus::retryable, "400 LimitExceededException"},
        {refused(400, "ThrottlingException:http://x/"), SendStatus::retryable, "400 ThrottlingException"},
        {refused(400, "SomethingNewException"), SendStatus::retryable, "400 SomethingNewException"},
        {refused(503, "ServiceUnavailable"), SendStatus::retryable, "503 ServiceUnavailable"},
        {refused(500, "InternalFailure"), SendStatus::uncertain, "500 InternalFailure"},
        {refused(502, "private.person@example.org"), SendStatus::uncertain, "502"},
        {{504, "<html>private.person@example.org</html>", ""}, SendStatus::uncertain, "504"},
        {{302, "", "Location: https://example.org/\r\n"}, SendStatus::retryable, "302"},
        {{200, "", ""}, SendStatus::uncertain, "200 without a message id"},
        {{200, R"({"MessageId":"private.person@example.org"})", ""}, SendStatus::uncertain, "200 without a message id"},
        {{200, std::string(100'000, 'x'), ""}, SendStatus::uncertain, "200 without a message id"},
    };
    for (const auto& expected : cases)
    {
        const auto outcome = outcome_when(test::answering(expected.reply));
        EXPECT_EQ(outcome.status, expected.status) << expected.detail;
        EXPECT_EQ(outcome.detail, expected.detail);
        EXPECT_EQ(outcome.reference, "");
    }
}

TEST(Ses, is_uncertain_from_the_moment_that_the_request_may_have_arrived)
{
    const auto slow = outcome_when([](HttpImposter::Connection& connection) { connection.hang(); }, milliseconds(200));
    EXPECT_EQ(slow.status, SendStatus::uncertain);
    EXPECT_EQ(slow.detail, "no answer: Timeout was reached");
    const auto closed = outcome_when([](HttpImposter::Connection& connection) { connection.close(); });
    EXPECT_EQ(closed.status, SendStatus::uncertain);
    EXPECT_THAT(closed.detail, StartsWith("no answer: "));
    EXPECT_EQ(outcome_when([](HttpImposter::Connection& connection) { connection.reset(); }).status,
              SendStatus::uncertain);
    const auto cut = outcome_when(
        [](HttpImposter::Connection& connection)
        {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"MessageId\":\"1\"}");
            connection.close();
        });
    EXPECT_EQ(cut.status, SendStatus::uncertain);
    EXPECT_EQ(
        outcome_when([](HttpImposter::Connection& connection) { connection.send("what?\r\n\r\n"), connection.close(); })
            .status,
        SendStatus::uncertain);
}

TEST(Ses, may_try_again_where_nothing_has_left)
{
    std::string gone;
    {
        const HttpImposter server(test::taking_all(&taken));
        gone = server.url("");
    }
    const auto refused_connection = send_one(options_for(gone));
    EXPECT_EQ(refused_connection.status, SendStatus::retryable);
    EXPECT_THAT(refused_connection.detail, StartsWith("not sent: Couldn't connect"));

    const auto no_name = send_one(options_for("https://no-such-host.invalid"), seconds(2));
    EXPECT_EQ(no_name.status, SendStatus::retryable);
    EXPECT_THAT(no_name.detail, StartsWith("not sent: "));

    const test::SmtpImposter no_tls;
    const auto no_handshake = send_one(options_for("https://127.0.0.1:" + std::to_string(no_tls.port())));
    EXPECT_EQ(no_handshake.status, SendStatus::retryable);
    EXPECT_THAT(no_handshake.detail, StartsWith("not sent: "));
}

TEST(Ses, sends_nothing_twice_when_a_kept_connection_is_lost)
{
    std::atomic<int> count = 0;
    const HttpImposter server(
        [&count](HttpImposter::Connection& connection)
        {
            const auto reply = taken(++count);
            if (count == 2)
                connection.close();
            else
                connection.answer(reply.status, reply.body);
        });
    const auto outcomes = send_all(options_for(server.url("")), {a_message(), a_message(), a_message()});
    EXPECT_EQ(outcomes[0].status, SendStatus::accepted);
    EXPECT_EQ(outcomes[1].status, SendStatus::uncertain);
    EXPECT_EQ(outcomes[1].detail, "no answer: the connection was lost");
    EXPECT_EQ(outcomes[2].status, SendStatus::accepted);
    EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Ses, keeps_its_connections_and_opens_no_more_than_it_may)
{
    const HttpImposter server(test::taking_all(&taken));
    auto options = options_for(server.url(""));
    options.aws.connections = 3;
    int accepted = 0;
    const auto send = [&accepted](SesProvider& provider) -> Task<>
    {
        const auto message = a_message();
        const auto outcome = co_await provider.send(message, deadline_in(kLong));
        if (outcome.status == SendStatus::accepted) ++accepted;
    };
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            SesProvider provider(executor, options, system_clock);
            TaskScope scope(executor);
            for (int i = 0; i < 100; ++i) scope.spawn("send", send(provider));
            EXPECT_TRUE(co_await scope.join(deadline_in(kLong)));
        });
    EXPECT_EQ(accepted, 100);
    EXPECT_LE(server.connections(), 3);
    EXPECT_EQ(server.requests().size(), 100U);
}

TEST(Ses, refuses_by_itself_what_it_cannot_carry)
{
    const HttpImposter server(test::taking_all(&taken));
    auto beyond_ascii = a_message();
    beyond_ascii.to = "jörg@example.org";
    auto injected = a_message();
    injected.subject = "a\r\nBcc: other@example.org";
    for (const auto& outcome : send_all(options_for(server.url("")), {beyond_ascii, injected}))
    {
        EXPECT_EQ(outcome.status, SendStatus::rejected);
        EXPECT_NE(outcome.detail, "");
        EXPECT_THAT(outcome.detail, Not(HasSubstr("example.org")));
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST(SesOptions, name_the_key_that_is_wrong_and_never_a_secret)
{
    const auto trouble = [](auto change)
    {
        auto options = test::aws_options("https://ses.example");
        change(options);
        const auto ok = check(options, "ses");
        return ok ? std::string() : ok.error().message;
    };
    EXPECT_EQ(trouble([](AwsOptions&) {}), "");
    EXPECT_EQ(trouble([](AwsOptions& o) { o.endpoint.clear(); }), "");
    EXPECT_EQ(trouble([](AwsOptions& o) { o.endpoint = "http://[::1]:8005"; }), "");
    EXPECT_THAT(trouble([](AwsOptions& o) { o.region.clear(); }), StartsWith("aws.region"));
    EXPECT_THAT(trouble([](AwsOptions& o) { o.region = "us-east-1.evil.example/"; }), StartsWith("aws.region"));
    EXPECT_THAT(trouble([](AwsOptions& o) { o.access_key_id.clear(); }), StartsWith("aws.access_key_id"));
    EXPECT_THAT(trouble([](AwsOptions& o) { o.secret_access_key.clear(); }), StartsWith("aws.secret_access_key"));
    EXPECT_THAT(trouble([](AwsOptions& o) { o.session_token = "a\r\nb"; }), StartsWith("aws.session_token"));
    EXPECT_THAT(trouble([](AwsOptions& o) { o.endpoint = "http://ses.example"; }), HasSubstr("https://"));
    for (const char* endpoint : {"ses.example", "ftp://ses.example", "https://u:p@ses.example", "https://ses.example/x",
                                 "https://ses.example?x", "https://"})
        EXPECT_THAT(trouble([endpoint](AwsOptions& o) { o.endpoint = endpoint; }), StartsWith("ses.endpoint"))
            << endpoint;
    EXPECT_THAT(trouble([](AwsOptions& o) { o.connections = 0; }), StartsWith("ses.connections"));
    const auto with_blank = trouble([](AwsOptions& o) { o.secret_access_key = "pa55 word"; });
    EXPECT_THAT(with_blank, StartsWith("aws.secret_access_key"));
    EXPECT_THAT(with_blank, Not(HasSubstr("pa55")));

    SesOptions none;
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            EXPECT_THROW(SesProvider(executor, none, system_clock), std::invalid_argument);
        });
}

namespace
{

class SesHarness final : public ProviderHarness
{
public:
    std::unique_ptr<Provider> make(asio::any_io_executor executor, Peer peer, ReceiptSink) override
    {
        return std::make_unique<SesProvider>(std::move(executor), options_for(peers_.start(peer)), system_clock);
    }
    [[nodiscard]] Channel channel() const override { return Channel::email; }
    [[nodiscard]] bool makes_up_references() const override { return true; }
    [[nodiscard]] bool tells_receipts_elsewhere() const override { return true; }

private:
    test::AwsPeers peers_{&taken, refused(400, "MessageRejected"), refused(429, "TooManyRequestsException")};
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Ses, ProviderSuite, SesHarness);

}  // namespace herald
