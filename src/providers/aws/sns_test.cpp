#include "providers/aws/sns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/deadline.hpp"
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

// As in the examples of https://docs.aws.amazon.com/sns/latest/api/API_Publish.html.
AwsReply taken(int number)
{
    return {
        200,
        R"(<PublishResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>567910cd-)" +
            std::to_string(number) +
            "</MessageId></PublishResult><ResponseMetadata><RequestId>d74b8436</RequestId></ResponseMetadata>"
            "</PublishResponse>",
        "Content-Type: text/xml\r\n"};
}

AwsReply refused(int status, const std::string& code, const std::string& words = "for +12025550143")
{
    return {status,
            R"(<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>)" +
                code + "</Code><Message>" + words + "</Message></Error><RequestId>8dc1f5a2</RequestId></ErrorResponse>",
            "Content-Type: text/xml\r\n"};
}

SnsOptions options_for(std::string endpoint)
{
    SnsOptions options;
    options.aws = test::aws_options(std::move(endpoint));
    return options;
}

OutgoingMessage a_message()
{
    OutgoingMessage out;
    out.id = NotificationId{make_uuid_v7(SystemClock().now())};
    out.channel = Channel::sms;
    out.to = "+12025550143";
    out.body = "Grüße & more = 50% off?";
    return out;
}

SendOutcome send_one(const SnsOptions& options, const OutgoingMessage& message = a_message(),
                     std::chrono::steady_clock::duration limit = kLong)
{
    return run_task<SendOutcome>(
        [&]() -> Task<SendOutcome>
        {
            SnsProvider provider(co_await asio::this_coro::executor, options);
            co_return co_await provider.send(message, deadline_in(limit));
        });
}

std::string body_with_sender(std::string sender)
{
    const HttpImposter server(test::taking_all(&taken));
    auto message = a_message();
    message.sender = std::move(sender);
    EXPECT_EQ(send_one(options_for(server.url("")), message).status, SendStatus::accepted);
    return server.requests().at(0).body;
}

}  // namespace

TEST(Sns, publishes_to_a_phone_number)
{
    const HttpImposter server(test::taking_all(&taken));
    const auto outcome = send_one(options_for(server.url("")));
    EXPECT_EQ(outcome.status, SendStatus::accepted);
    EXPECT_EQ(outcome.reference, "567910cd-1");
    EXPECT_EQ(outcome.detail, "200");

    const auto request = server.requests().at(0);
    EXPECT_EQ(request.line(), "POST / HTTP/1.1");
    EXPECT_EQ(request.header("Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
    EXPECT_EQ(request.body,
              "Action=Publish&Version=2010-03-31&PhoneNumber=%2B12025550143"
              "&Message=Gr%C3%BC%C3%9Fe%20%26%20more%20%3D%2050%25%20off%3F"
              "&MessageAttributes.entry.1.Name=AWS.SNS.SMS.SMSType"
              "&MessageAttributes.entry.1.Value.DataType=String"
              "&MessageAttributes.entry.1.Value.StringValue=Transactional");
}

TEST(Sns, sends_from_a_number_or_under_a_name)
{
    const std::string second = "&MessageAttributes.entry.2.";
    for (const auto& [sender, encoded] : {std::pair("+12025550100", "%2B12025550100"), std::pair("40604", "40604")})
        EXPECT_THAT(body_with_sender(sender),
                    testing::EndsWith(second + "Name=AWS.MM.SMS.OriginationNumber" + second + "Value.DataType=String" +
                                      second + "Value.StringValue=" + encoded));
    EXPECT_THAT(body_with_sender("GOVT1"),
                testing::EndsWith(second + "Name=AWS.SNS.SMS.SenderID" + second + "Value.DataType=String" + second +
                                  "Value.StringValue=GOVT1"));
}

TEST(Sns, signs_with_the_key_and_the_region)
{
    const HttpImposter server(test::taking_all(&taken));
    const auto options = options_for(server.url(""));
    send_one(options);
    const auto request = server.requests().at(0);
    const auto claim = test::read_claim(request.header("Authorization").value_or(""));
    EXPECT_EQ(claim.key_id, "AKIDEXAMPLE");
    EXPECT_EQ(claim.region, "us-gov-west-1");
    EXPECT_EQ(claim.service, "sns");
    EXPECT_EQ(claim.signed_headers, "content-type;host;x-amz-date");
    EXPECT_EQ(claim.signature, test::aws_signature(request.head, request.body, claim, options.aws.secret_access_key));
}

TEST(Sns, expects_receipts_only_where_the_operator_says_that_they_come)
{
    const HttpImposter server(test::taking_all(&taken));
    auto options = options_for(server.url(""));
    EXPECT_FALSE(send_one(options).receipt_expected);
    options.receipts = true;
    EXPECT_TRUE(send_one(options).receipt_expected);
}

TEST(Sns, reads_what_an_answer_means_and_never_says_whom_it_was_for)
{
    struct Case
    {
        AwsReply reply;
        SendStatus status;
        const char* detail;
    };
    const std::vector<Case> cases{
        {refused(400, "InvalidParameter"), SendStatus::rejected, "400 InvalidParameter"},
        {refused(400, "InvalidParameter", "Invalid parameter: AWS.MM.SMS.OriginationNumber"), SendStatus::retryable,
         "400 InvalidParameter"},
        {refused(400, "InvalidParameterValue"), SendStatus::rejected, "400 InvalidParameterValue"},
        {refused(400, "OptedOut"), SendStatus::rejected, "400 OptedOut"},
        {refused(403, "AuthorizationError"), SendStatus::retryable, "403 AuthorizationError"},
        {refused(403, "InvalidClientTokenId"), SendStatus::retryable, "403 InvalidClientTokenId"},
        {refused(400, "Throttling", "Rate exceeded"), SendStatus::retryable, "400 Throttling"},
        {refused(429, "Throttled"), SendStatus::retryable, "429 Throttled"},
        {refused(400, "SomethingNew"), SendStatus::retryable, "400 SomethingNew"},
        {refused(400, "+12025550143"), SendStatus::retryable, "400"},
        {refused(503, "ServiceUnavailable"), SendStatus::retryable, "503 ServiceUnavailable"},
        {refused(500, "InternalError"), SendStatus::uncertain, "500 InternalError"},
        {{502, "<html><body>+12025550143</body></html>", ""}, SendStatus::uncertain, "502"},
        {{200, "", ""}, SendStatus::uncertain, "200 without a message id"},
        {{200, "<PublishResponse><PublishResult><MessageId>+12025550143</MessageId></PublishResult></PublishResponse>",
          ""},
         SendStatus::uncertain,
         "200 without a message id"},
        {{200, "<!DOCTYPE x><PublishResponse/>", ""}, SendStatus::uncertain, "200 without a message id"},
    };
    for (const auto& expected : cases)
    {
        const HttpImposter server(test::answering(expected.reply));
        const auto outcome = send_one(options_for(server.url("")));
        EXPECT_EQ(outcome.status, expected.status) << expected.detail;
        EXPECT_EQ(outcome.detail, expected.detail);
        EXPECT_EQ(outcome.reference, "");
    }
}

TEST(Sns, is_uncertain_from_the_moment_that_the_request_may_have_arrived)
{
    const HttpImposter silent([](HttpImposter::Connection& connection) { connection.hang(); });
    const auto slow = send_one(options_for(silent.url("")), a_message(), milliseconds(200));
    EXPECT_EQ(slow.status, SendStatus::uncertain);
    EXPECT_EQ(slow.detail, "no answer: Timeout was reached");
    const HttpImposter rude([](HttpImposter::Connection& connection) { connection.reset(); });
    EXPECT_EQ(send_one(options_for(rude.url(""))).status, SendStatus::uncertain);
}

TEST(SnsOptions, are_checked_under_their_own_name)
{
    auto options = options_for("http://sns.example");
    run_task<>(
        [&]() -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            EXPECT_THROW(SnsProvider(executor, options), std::invalid_argument);
        });
    EXPECT_THAT(check(options.aws, "sns").error().message, StartsWith("sns.endpoint"));
}

namespace
{

class SnsHarness final : public ProviderHarness
{
public:
    std::unique_ptr<Provider> make(asio::any_io_executor executor, Peer peer, ReceiptSink) override
    {
        return std::make_unique<SnsProvider>(std::move(executor), options_for(peers_.start(peer)));
    }
    [[nodiscard]] Channel channel() const override { return Channel::sms; }
    [[nodiscard]] bool makes_up_references() const override { return true; }

private:
    test::AwsPeers peers_{&taken, refused(400, "InvalidParameter"), refused(429, "Throttled")};
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Sns, ProviderSuite, SnsHarness);

}  // namespace herald
