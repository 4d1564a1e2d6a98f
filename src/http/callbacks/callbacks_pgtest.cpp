// What Amazon SNS posts, over HTTP: who is believed, what is answered, and what it leaves behind.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "providers/aws_receipts/aws_events.hpp"
#include "providers/aws_receipts/sns_verifier.hpp"
#include "tests/support/api_server.hpp"
#include "tests/support/receipt_events.hpp"
#include "tests/support/sns_signer.hpp"

namespace herald
{
namespace
{

using testing::ApiServer;
using testing::kSnsConfirmUrl;
using testing::kSnsTopic;
using testing::ses_complaint;
using testing::ses_delivery;
using testing::ses_mail;
using testing::sns_inbound;
using testing::SnsSigner;

const std::string kEmail = "/notifications/email/ses";
const std::string kSmsStatus = "/notifications/sms/sns";
const std::string kInbound = "/notifications/sms/receive/sns";

Instant now()
{
    return SystemClock().now();
}

class SnsCallbacks : public ::testing::Test
{
protected:
    struct Answer
    {
        int status = 0;
        std::string body;
    };

    static ApiServer::Options options(SnsSigner& signer, bool receive_inbound_sms = true)
    {
        SnsVerifier::Options options;
        options.topics = {kSnsTopic};
        options.ca_file = signer.root_file();
        const auto fetch = [&signer](std::string url, std::size_t, Deadline) -> Task<HttpResponse>
        {
            co_return signer.get(url);
        };
        ApiServer::Options made;
        made.receipts = std::make_shared<SnsVerifier>(options, fetch);
        made.reader = read_aws_event;
        made.receive_inbound_sms = receive_inbound_sms;
        return made;
    }

    static Answer post(const ApiServer& to, const std::string& path, const std::string& body,
                       const std::string& type = "Notification")
    {
        test_support::HttpClient client(to.port());
        const auto answer = client.request("POST", path,
                                           {{"x-amz-sns-message-type", type},
                                            {"x-amz-sns-topic-arn", kSnsTopic},
                                            {"Content-Type", "text/plain; charset=UTF-8"}},
                                           body);
        return {answer.status, answer.body};
    }
    Answer post(const std::string& path, const std::string& body, const std::string& type = "Notification")
    {
        return post(server, path, body, type);
    }
    [[nodiscard]] std::string signed_event(const std::string& message) const
    {
        return signer.sign(signer.notification(message, now()));
    }
    [[nodiscard]] std::int64_t journal() const { return server.number("SELECT count(*) FROM receipt_journal"); }

    SnsSigner signer;
    ApiServer server{options(signer)};
};

const std::string kSesSuccess = "{\"message\":\"SES-SNS callback succeeded\",\"result\":\"success\"}\n";
const std::string kSmsSuccess = "{\"message\":\"SMS-SNS callback succeeded\",\"result\":\"success\"}\n";

std::string refusal(const std::string& why)
{
    return "{\"message\":\"" + why + "\",\"result\":\"error\"}\n";
}

TEST_F(SnsCallbacks, ASignedEventIsTakenAndApplied)
{
    const auto service = server.add_service();
    server.run_sql(fmt::format(
        "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, "
        "billable_units, international, rate_multiplier, local_date, purge_on, created_at, sent_by, "
        "provider_reference) "
        "VALUES ('{0}', '01900000-0000-7000-8000-000000000001', gen_random_uuid(), 1, 1, 1, 2, 0, false, 1, "
        "current_date, current_date + 8, now(), 'ses', 'r-1'); INSERT INTO awaiting_receipts (provider, reference, "
        "service_id, notification_id, look_up_at) VALUES ('ses', 'r-1', '{0}', "
        "'01900000-0000-7000-8000-000000000001', now())",
        service.id.to_string()));
    for (int i = 0; i < 2; ++i)
    {
        const auto answer = post(kEmail, signed_event(ses_delivery(ses_mail("r-1"))));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, kSesSuccess);
    }
    EXPECT_EQ(journal(), 2);
    EXPECT_EQ(server.number("SELECT status::int8 FROM notifications"), 5);
    EXPECT_EQ(server.number("SELECT count(*) FROM notification_events WHERE kind = 6"), 1);
    const auto complaint =
        post(kEmail, signed_event(ses_complaint(
                         ses_mail("r-1", NotificationId::parse("01900000-0000-7000-8000-000000000001")), "f")));
    EXPECT_EQ(complaint.status, 200);
    EXPECT_EQ(server.number("SELECT count(*) FROM complaints"), 1);
}

TEST_F(SnsCallbacks, WhatIsNotProvenIsRefusedInTheFamilysWords)
{
    const auto good = signed_event(ses_delivery(ses_mail("r-1")));
    const auto expect = [&](const std::string& body, const std::string& type, const std::string& why)
    {
        const auto email = post(kEmail, body, type);
        EXPECT_EQ(email.status, 400);
        EXPECT_EQ(email.body, refusal("SES-SNS callback failed: " + why));
        for (const auto& path : {kSmsStatus, kInbound})
        {
            const auto sms = post(path, body, type);
            EXPECT_EQ(sms.status, 400);
            EXPECT_EQ(sms.body, refusal("SMS-SNS callback failed with error: SES-SNS callback failed: " + why));
        }
    };
    expect(good, "Nonsense", "invalid message type");
    expect("{", "Notification", "invalid JSON given");
    expect("", "Notification", "invalid JSON given");

    auto tampered = json::parse(good).as_object();
    tampered["Message"] = ses_delivery(ses_mail("r-2"));
    expect(json::serialize(tampered), "Notification", "validation failed");
    auto fields = signer.notification("m", now());
    fields["TopicArn"] = "arn:aws:sns:us-west-2:123456789012:another";
    expect(signer.sign(fields), "Notification", "validation failed");
    fields = signer.notification("m", now());
    fields["SigningCertURL"] = "https://sns.us-west-2.amazonaws.com.evil.example/a.pem";
    expect(signer.sign(fields), "Notification", "validation failed");
    fields = signer.notification("m", now());
    fields["Type"] = "Nonsense";
    fields["Signature"] = "RVhBTVBMRQ==";
    expect(json::serialize(fields), "Notification", "validation failed");
    expect(signer.sign(signer.notification("m", now() - std::chrono::hours(3))), "Notification", "validation failed");
    expect(json::serialize(signer.notification("m", now())), "Notification", "validation failed");
    EXPECT_EQ(journal(), 0);
}

TEST_F(SnsCallbacks, ARequestWithoutATypeIsRefused)
{
    test_support::HttpClient client(server.port());
    const auto answer = client.request("POST", kEmail, {}, signed_event("m"));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.body, refusal("SES-SNS callback failed: invalid message type"));
}

TEST_F(SnsCallbacks, ASubscriptionIsConfirmed)
{
    const std::string type = "SubscriptionConfirmation";
    const auto answer = post(kEmail, signer.sign(signer.confirmation(type, now())), type);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, kSesSuccess);
    EXPECT_EQ(signer.asked.back(), kSnsConfirmUrl);
    const auto asked = signer.asked.size();

    auto elsewhere = signer.confirmation(type, now());
    elsewhere["SubscribeURL"] = "https://evil.example/?Action=ConfirmSubscription";
    EXPECT_EQ(post(kEmail, signer.sign(elsewhere), type).status, 400);
    EXPECT_EQ(signer.asked.size(), asked) << "nobody was asked";

    auto gone = signer.confirmation(type, now());
    gone["SubscribeURL"] = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=gone";
    const auto refused = post(kEmail, signer.sign(gone), type);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.body, refusal("SES-SNS callback failed: attempt to raise_for_status()SubscriptionConfirmation "
                                    "Type message failed"));

    const std::string farewell = "UnsubscribeConfirmation";
    EXPECT_EQ(post(kEmail, signer.sign(signer.confirmation(farewell, now())), farewell).status, 200);
    EXPECT_EQ(journal(), 0);
}

TEST_F(SnsCallbacks, ATextIsStoredOnceAndListed)
{
    const auto service = server.add_service(
        {.permissions = testing::kMailAndText | static_cast<std::uint32_t>(ServicePermission::inbound_sms)});
    server.run_sql(
        fmt::format("INSERT INTO inbound_numbers (number, provider, service_id, created_at) VALUES "
                    "('12125550101', 'sns', '{}', now())",
                    service.id.to_string()));
    for (int i = 0; i < 2; ++i)
    {
        const auto answer = post(kInbound, signed_event(sns_inbound("in-1", "+12125550101", "Hello, w\xC3\xB6rld")));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, kSmsSuccess);
    }
    testing::ApiClient client(server, service);
    const auto list = client.get("/v2/received-text-messages");
    ASSERT_EQ(list.at("/received_text_messages").as_array().size(), 1U);
    EXPECT_EQ(list.text("/received_text_messages/0/user_number"), "+14255550182");
    EXPECT_EQ(list.text("/received_text_messages/0/notify_number"), "12125550101");
    EXPECT_EQ(list.text("/received_text_messages/0/content"), "Hello, w\xC3\xB6rld");

    EXPECT_EQ(post(kInbound, signed_event(sns_inbound("in-2", "+12125550199", "nobody's number"))).status, 200);
    EXPECT_EQ(server.number("SELECT count(*) FROM inbound_sms"), 1);
}

TEST_F(SnsCallbacks, TextsAreAnsweredAndForgottenWhereTheyAreNotWanted)
{
    const ApiServer other(options(signer, false));
    const auto answer = post(other, kInbound, "anything", "Nonsense");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, kSmsSuccess);
    EXPECT_EQ(post(other, kSmsStatus, "anything", "Nonsense").status, 400);
    EXPECT_EQ(other.number("SELECT count(*) FROM receipt_journal"), 0);
}

TEST_F(SnsCallbacks, ADeliveryStatusOfATextIsTaken)
{
    const std::string status = R"({"notification":{"messageId":"m-1","timestamp":"2026-06-28 00:40:34.558"},)"
                               R"("delivery":{"providerResponse":"Phone has blocked SMS"},"status":"FAILURE"})";
    const auto answer = post(kSmsStatus, signed_event(status));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, kSmsSuccess);
    EXPECT_EQ(server.number("SELECT count(*) FROM unmatched_receipts WHERE provider = 'sns' AND status = 9"), 1);
}

TEST_F(SnsCallbacks, WhatCannotBeReadIsKeptAndAnswered)
{
    EXPECT_EQ(post(kEmail, signed_event("not JSON, about \"mail\"")).status, 200);
    EXPECT_EQ(post(kEmail, signed_event("Successfully validated SNS topic")).status, 200);
    EXPECT_EQ(server.number("SELECT count(*) FROM receipt_journal WHERE reading = 'unreadable'"), 1);
    EXPECT_EQ(server.number("SELECT count(*) FROM receipt_journal WHERE reading = 'ignored'"), 1);
}

TEST_F(SnsCallbacks, ABodyLargerThanSnsSendsIsNotRead)
{
    EXPECT_EQ(post(kEmail, std::string(600'000, 'x')).status, 413);
}

}  // namespace
}  // namespace herald
