#include "providers/aws_receipts/sns_envelope.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

// https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html, with its own values.
constexpr std::string_view kDocumented = R"({
  "Type" : "Notification",
  "MessageId" : "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
  "TopicArn" : "arn:aws:sns:us-west-2:123456789012:MyTopic",
  "Subject" : "My First Message",
  "Message" : "Hello world!",
  "Timestamp" : "2012-05-02T00:54:06.655Z",
  "SignatureVersion" : "1",
  "Signature" : "RVhBTVBMRQ==",
  "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem",
  "UnsubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-west-2:123456789012:MyTopic:c9135db0-26c4-47ec-8998-413945fb5a96"
})";

constexpr std::string_view kConfirmation = R"({
  "Type" : "SubscriptionConfirmation",
  "MessageId" : "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
  "Token" : "2336412f37",
  "TopicArn" : "arn:aws:sns:us-west-2:123456789012:MyTopic",
  "Message" : "You have chosen to subscribe.",
  "SubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37",
  "Timestamp" : "2012-04-26T20:45:04.751Z",
  "SignatureVersion" : "1",
  "Signature" : "RVhBTVBMRQ==",
  "SigningCertUrl" : "https://sns.us-west-2.amazonaws.com/x.pem"
})";

std::string without(std::string_view text, std::string_view name)
{
    std::string changed(text);
    const auto at = changed.find("\"" + std::string(name) + "\"");
    changed.replace(at + 1, name.size(), std::string(name.size(), 'x'));
    return changed;
}

TEST(SnsEnvelope, TheDocumentedNotificationIsRead)
{
    const auto envelope = parse_sns_envelope(kDocumented);
    ASSERT_TRUE(envelope) << envelope.error().detail;
    EXPECT_EQ(envelope->type, SignedMessage::Type::notification);
    EXPECT_EQ(envelope->message, "Hello world!");
    EXPECT_EQ(envelope->signature, "EXAMPLE");
    EXPECT_EQ(envelope->signature_version, 1);
    EXPECT_EQ(envelope->sent_at, parse_iso8601("2012-05-02T00:54:06.655Z"));
    // https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
    EXPECT_EQ(sns_string_to_sign(*envelope),
              "Message\nHello world!\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubject\nMy First "
              "Message\nTimestamp\n2012-05-02T00:54:06.655Z\nTopicArn\narn:aws:sns:us-west-2:123456789012:MyTopic\n"
              "Type\nNotification\n");
}

TEST(SnsEnvelope, ANotificationWithoutASubjectSignsNone)
{
    const auto envelope = parse_sns_envelope(without(kDocumented, "Subject"));
    ASSERT_TRUE(envelope);
    EXPECT_EQ(sns_string_to_sign(*envelope).find("Subject"), std::string::npos);
}

TEST(SnsEnvelope, TheDocumentedConfirmationIsReadUnderEitherSpelling)
{
    const auto envelope = parse_sns_envelope(kConfirmation);
    ASSERT_TRUE(envelope) << envelope.error().detail;
    EXPECT_EQ(envelope->certificate_url, "https://sns.us-west-2.amazonaws.com/x.pem");
    EXPECT_EQ(sns_string_to_sign(*envelope),
              "Message\nYou have chosen to subscribe.\nMessageId\n165545c9-2a5c-472c-8df2-7ff2be2b3b1b\nSubscribeURL\n"
              "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37\nTimestamp\n"
              "2012-04-26T20:45:04.751Z\nToken\n2336412f37\nTopicArn\narn:aws:sns:us-west-2:123456789012:MyTopic\n"
              "Type\nSubscriptionConfirmation\n");
}

TEST(SnsEnvelope, EveryFieldThatIsSignedMustBeThere)
{
    for (const auto name :
         {"Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"})
        EXPECT_FALSE(parse_sns_envelope(without(kDocumented, name))) << name;
    for (const auto name : {"Token", "SubscribeURL"})
        EXPECT_FALSE(parse_sns_envelope(without(kConfirmation, name))) << name;
}

TEST(SnsEnvelope, WhatIsNoJsonIsToldFromWhatIsNoEnvelope)
{
    EXPECT_EQ(parse_sns_envelope("{").error().message, "invalid JSON given");
    EXPECT_EQ(parse_sns_envelope("[]").error().message, "validation failed");
    EXPECT_EQ(parse_sns_envelope("{}").error().message, "validation failed");
}

TEST(SnsEnvelope, TheHostFollowsFromTheTopic)
{
    EXPECT_EQ(sns_host_of_topic("arn:aws:sns:us-west-2:123456789012:t"), "sns.us-west-2.amazonaws.com");
    EXPECT_EQ(sns_host_of_topic("arn:aws-us-gov:sns:us-gov-west-1:123456789012:t"), "sns.us-gov-west-1.amazonaws.com");
    EXPECT_EQ(sns_host_of_topic("arn:aws-cn:sns:cn-north-1:123456789012:t"), "sns.cn-north-1.amazonaws.com.cn");
    for (const auto arn : {"", "arn", "arn:aws:sqs:us-west-2:1:t", "arn:aws:sns::1:t", "arn:aws:sns:evil.example/:1:t",
                           "arn:aws:sns:us-west-2:1:", "arn:gcp:sns:us-west-2:1:t", "arn:aws:sns:us-west-2:1"})
        EXPECT_EQ(sns_host_of_topic(arn), std::nullopt) << arn;
}

TEST(SnsEnvelope, OnlyItsOwnHostMayHoldTheCertificate)
{
    const std::string host = "sns.us-west-2.amazonaws.com";
    EXPECT_TRUE(is_sns_certificate_url("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0a.pem", host));
    for (const auto url :
         {"http://sns.us-west-2.amazonaws.com/a.pem", "https://sns.us-east-1.amazonaws.com/a.pem",
          "https://sns.us-west-2.amazonaws.com.evil.example/a.pem", "https://evil.example/a.pem",
          "https://evil.example/sns.us-west-2.amazonaws.com/a.pem",
          "https://sns.us-west-2.amazonaws.com@evil.example/a.pem", "https://evil@sns.us-west-2.amazonaws.com/a.pem",
          "https://sns.us-west-2.amazonaws.com:8443/a.pem", "https://sns.us-west-2.amazonaws.com/a.pem?x=1",
          "https://sns.us-west-2.amazonaws.com/a.pem#x", "https://sns.us-west-2.amazonaws.com/a.txt",
          "https://sns.us-west-2.amazonaws.com/a/b.pem", "https://sns.us-west-2.amazonaws.com/%2e%2e/b.pem",
          "https://sns.us-west-2.amazonaws.com/.pem", "https://sns.us-west-2.amazonaws.com",
          "https://snsxus-west-2.amazonaws.com/a.pem", "", "file:///etc/a.pem"})
        EXPECT_FALSE(is_sns_certificate_url(url, host)) << url;
}

TEST(SnsEnvelope, OnlyItsOwnHostIsAskedToConfirm)
{
    const std::string host = "sns.us-west-2.amazonaws.com";
    EXPECT_TRUE(is_sns_confirm_url("https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=1", host));
    for (const auto url :
         {"https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe", "https://sns.us-west-2.amazonaws.com/",
          "http://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription",
          "https://evil.example/?Action=ConfirmSubscription",
          "https://sns.us-west-2.amazonaws.com:444/?Action=ConfirmSubscription"})
        EXPECT_FALSE(is_sns_confirm_url(url, host)) << url;
}

}  // namespace
}  // namespace herald
