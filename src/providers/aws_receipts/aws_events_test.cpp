#include "providers/aws_receipts/aws_events.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

const Instant kSentAt = parse_iso8601("2026-11-23T10:00:00Z").value();
constexpr std::string_view kReference = "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000";

// https://docs.aws.amazon.com/ses/latest/dg/notification-examples.html
std::string event(const std::string& key, const std::string& type, const std::string& part,
                  const std::string& tags = "")
{
    return "{\"" + key + "\":\"" + type + "\"," + (part.empty() ? "" : part + ",") +
           "\"mail\":{\"timestamp\":\"2016-01-27T14:59:38.237Z\",\"source\":\"john@example.com\",\"messageId\":\"" +
           std::string(kReference) + "\",\"destination\":[\"jane@example.com\"]" + tags + "}}";
}

std::string bounce(const std::string& type, const std::string& sub_type)
{
    return event("notificationType", "Bounce",
                 "\"bounce\":{\"bounceType\":\"" + type + "\",\"bounceSubType\":\"" + sub_type +
                     "\",\"bouncedRecipients\":[{\"emailAddress\":\"jane@example.com\",\"status\":\"5.1.1\"}],"
                     "\"timestamp\":\"2016-01-27T14:59:38.237Z\",\"feedbackId\":\"0000\"}");
}

Receipt receipt_of(const ProviderReport& report)
{
    const auto* receipt = std::get_if<Receipt>(&report.what);
    if (receipt == nullptr) throw std::runtime_error("no receipt: " + report.reading);
    return *receipt;
}

TEST(SesEvents, ADeliveryIsDeliveredInBothShapes)
{
    for (const auto* const key : {"notificationType", "eventType"})
    {
        const auto report = read_ses_event(
            event(key, "Delivery", "\"delivery\":{\"timestamp\":\"2016-01-27T14:59:40.000Z\"}"), kSentAt);
        EXPECT_EQ(report.reading, "delivered");
        const auto receipt = receipt_of(report);
        EXPECT_EQ(receipt.provider, "ses");
        EXPECT_EQ(receipt.reference, kReference);
        EXPECT_EQ(receipt.status, NotificationStatus::delivered);
        EXPECT_EQ(receipt.at, parse_iso8601("2016-01-27T14:59:40Z"));
        EXPECT_FALSE(receipt.notification_id);
    }
}

TEST(SesEvents, BouncesAreClassedByTypeAndSubType)
{
    struct Case
    {
        const char* type;
        const char* sub_type;
        NotificationStatus status;
        const char* response;
    };
    using enum NotificationStatus;
    for (const auto& c :
         {Case{"Permanent", "General", permanent_failure, ""}, Case{"Permanent", "NoEmail", permanent_failure, ""},
          Case{"Permanent", "Suppressed", permanent_failure,
               "The email address is on our email provider suppression list"},
          Case{"Permanent", "OnAccountSuppressionList", permanent_failure,
               "The email address is on the GC Notify suppression list"},
          Case{"Transient", "General", temporary_failure, ""}, Case{"Transient", "MailboxFull", temporary_failure, ""},
          Case{"Transient", "AttachmentRejected", temporary_failure,
               "The email was rejected because of its attachments"},
          Case{"Undetermined", "Undetermined", temporary_failure, ""},
          Case{"Permanently", "General", temporary_failure, ""}})
    {
        const auto receipt = receipt_of(read_ses_event(bounce(c.type, c.sub_type), kSentAt));
        EXPECT_EQ(receipt.status, c.status) << c.type << "/" << c.sub_type;
        EXPECT_EQ(receipt.provider_response, c.response) << c.type << "/" << c.sub_type;
    }
}

TEST(SesEvents, ADelayChangesNothingAndARejectIsFinal)
{
    EXPECT_EQ(receipt_of(read_ses_event(event("eventType", "Send", "\"send\":{}"), kSentAt)).status,
              NotificationStatus::sending);
    EXPECT_EQ(receipt_of(read_ses_event(event("eventType", "DeliveryDelay", ""), kSentAt)).status,
              NotificationStatus::sending);
    EXPECT_EQ(
        receipt_of(read_ses_event(event("eventType", "Reject", "\"reject\":{\"reason\":\"Bad content\"}"), kSentAt))
            .status,
        NotificationStatus::technical_failure);
    for (const auto* const type : {"Open", "Click", "Subscription"})
        EXPECT_EQ(read_ses_event(event("eventType", type, ""), kSentAt).reading, "ignored") << type;
}

TEST(SesEvents, TagsNameTheNotificationAndItsService)
{
    const std::string id = "0199b0a2-1111-7000-8000-0123456789ab";
    const auto report =
        read_ses_event(event("eventType", "Delivery", "",
                             ",\"tags\":{\"notification_id\":[\"" + id + "\"],\"service_id\":[\"" + id + "\"]}"),
                       kSentAt);
    EXPECT_EQ(receipt_of(report).notification_id, NotificationId::parse(id));
    EXPECT_EQ(receipt_of(report).service_id, ServiceId::parse(id));
    const auto nonsense =
        read_ses_event(event("eventType", "Delivery", "", ",\"tags\":{\"notification_id\":[\"x\"]}"), kSentAt);
    EXPECT_FALSE(receipt_of(nonsense).notification_id);
}

TEST(SesEvents, AComplaintIsReadWithItsFeedback)
{
    const auto report = read_ses_event(
        event("notificationType", "Complaint",
              "\"complaint\":{\"userAgent\":\"AnyCompany Feedback Loop (V0.01)\",\"complainedRecipients\":"
              "[{\"emailAddress\":\"richard@example.com\"}],\"complaintFeedbackType\":\"abuse\",\"complaintSubType\":"
              "\"OnAccountSuppressionList\",\"timestamp\":\"2016-01-27T15:59:38.237Z\",\"feedbackId\":"
              "\"000001378603177f\"}"),
        kSentAt);
    EXPECT_EQ(report.reading, "complaint");
    const auto complaint = std::get<Complaint>(report.what);
    EXPECT_EQ(complaint.reference, kReference);
    EXPECT_EQ(complaint.feedback_id, "000001378603177f");
    EXPECT_EQ(complaint.type, "abuse");
    EXPECT_EQ(complaint.recipient, "richard@example.com");
    EXPECT_EQ(complaint.sub_type, "OnAccountSuppressionList");
    EXPECT_EQ(complaint.complained_at, parse_iso8601("2016-01-27T15:59:38.237Z"));
    EXPECT_EQ(complaint.handed_over_at, parse_iso8601("2016-01-27T14:59:38.237Z"));
}

TEST(SesEvents, AComplaintNamesItsRecipientWhenThereIsOneAlone)
{
    const auto recipient = [](const std::string& recipients)
    {
        const auto report = read_ses_event(
            event("eventType", "Complaint", "\"complaint\":{\"complainedRecipients\":" + recipients + "}"), kSentAt);
        return std::get<Complaint>(report.what).recipient;
    };
    EXPECT_EQ(recipient(R"([{"emailAddress":"a@example.com"}])"), "a@example.com");
    for (const auto* const none : {R"([{"emailAddress":"a@example.com"},{"emailAddress":"b@example.com"}])", "[]", "7",
                                   R"(["a@example.com"])", R"([{"emailAddress":7}])"})
        EXPECT_EQ(recipient(none), "") << none;
}

TEST(SesEvents, WhatCannotBeReadIsSaidToBe)
{
    for (const auto* const body :
         {R"({"mail")", R"(["mail"])", R"({"notificationType":"Delivery"})",
          R"({"notificationType":"Delivery","mail":{"messageId":7}})", R"({"mail":{"messageId":"a"}})"})
        EXPECT_EQ(read_ses_event(body, kSentAt).reading, "unreadable") << body;
    EXPECT_EQ(read_ses_event(bounce("", ""), kSentAt).reading, "unreadable");
    std::string endless = event("eventType", "Delivery", "");
    endless.insert(endless.find(kReference), std::string(300, 'x'));
    EXPECT_EQ(read_ses_event(endless, kSentAt).reading, "unreadable");
    for (const auto* const body :
         {"Successfully validated SNS topic for Amazon SES event publishing.", "", "{", "null", "{\"hello\":1}"})
        EXPECT_EQ(read_ses_event(body, kSentAt).reading, "ignored") << body;
}

// https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
std::string sms_status(const std::string& status, const std::string& response)
{
    return R"({"notification":{"messageId":"34d9b400-c6dd-5444-820d-fbeb0f1f54cf","timestamp":"2016-06-28 00:40:34.558"},)"
           R"("delivery":{"phoneCarrier":"My Phone Carrier","mnc":270,"destination":"+1XXX5550100","priceInUSD":0.00645,)"
           R"("smsType":"Transactional","mcc":310,"providerResponse":")" +
           response + R"(","dwellTimeMs":599},"status":")" + status + "\"}";
}

TEST(SmsStatus, TheDocumentedSuccessIsDelivered)
{
    const auto receipt =
        receipt_of(read_sns_sms_status(sms_status("SUCCESS", "Message has been accepted by phone carrier"), kSentAt));
    EXPECT_EQ(receipt.provider, "sns");
    EXPECT_EQ(receipt.reference, "34d9b400-c6dd-5444-820d-fbeb0f1f54cf");
    EXPECT_EQ(receipt.status, NotificationStatus::delivered);
    EXPECT_EQ(receipt.provider_response, "");
    EXPECT_EQ(receipt.at, parse_iso8601("2016-06-28T00:40:34.558Z"));
}

TEST(SmsStatus, FailuresAreClassedByTheirReason)
{
    using enum NotificationStatus;
    const std::pair<const char*, NotificationStatus> cases[] = {
        {"Blocked as spam by phone carrier", permanent_failure},
        {"Invalid phone number", permanent_failure},
        {"Phone number is opted out", permanent_failure},
        {"Phone is currently unreachable/unavailable", temporary_failure},
        {"Phone carrier is currently unreachable/unavailable", temporary_failure},
        {"This delivery would exceed max price", technical_failure},
        {"Unknown error attempting to reach phone", temporary_failure},
    };
    for (const auto& [response, status] : cases)
    {
        const auto receipt = receipt_of(read_sns_sms_status(sms_status("FAILURE", response), kSentAt));
        EXPECT_EQ(receipt.status, status) << response;
        EXPECT_EQ(receipt.provider_response, response);
    }
    const auto other = receipt_of(read_sns_sms_status(sms_status("FAILURE", "jane@example.com hung up"), kSentAt));
    EXPECT_EQ(other.status, temporary_failure);
    EXPECT_EQ(other.provider_response, "") << "words that are not AWS's reach nobody";
    EXPECT_EQ(read_sns_sms_status(sms_status("PENDING", ""), kSentAt).reading, "ignored");
    EXPECT_EQ(read_sns_sms_status("{}", kSentAt).reading, "unreadable");
}

TEST(InboundSms, TheLongestIsTakenAndWhatIsLongerIsUnreadable)
{
    const auto read = [](const std::string& content)
    {
        const std::string begin = R"({"originationNumber":"+14255550182","destinationNumber":"+12125550101",)";
        return read_sns_inbound_sms(begin + R"("inboundMessageId":"i","messageBody":")" + content + "\"}", kSentAt);
    };
    const std::string longest(6400, 'x');
    EXPECT_EQ(std::get<InboundText>(read(longest).what).content, longest);
    EXPECT_EQ(read(longest + "x").reading, "unreadable");
}

TEST(AwsEvents, AreReadByTheirProvidersReaderAlone)
{
    const auto delivery = event("eventType", "Delivery", "");
    EXPECT_EQ(read_aws_event("ses", ReceiptKind::email_event, delivery, kSentAt).reading, "delivered");
    for (const auto* const other : {"sns", "another"})
        EXPECT_EQ(read_aws_event(other, ReceiptKind::email_event, delivery, kSentAt).reading, "unreadable");
}

// https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
TEST(InboundSms, TheDocumentedMessageIsRead)
{
    const auto report = read_sns_inbound_sms(
        R"({"originationNumber":"+14255550182","destinationNumber":"+12125550101","messageKeyword":"JOIN",)"
        R"("messageBody":"EXAMPLE","inboundMessageId":"cae173d2-66b9-564c-8309-21f858e9fb84",)"
        R"("previousPublishedMessageId":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})",
        kSentAt);
    EXPECT_EQ(report.reading, "inbound-sms");
    const auto text = std::get<InboundText>(report.what);
    EXPECT_EQ(text.from, "+14255550182");
    EXPECT_EQ(text.to, "+12125550101");
    EXPECT_EQ(text.content, "EXAMPLE");
    EXPECT_EQ(text.reference, "cae173d2-66b9-564c-8309-21f858e9fb84");
    EXPECT_EQ(text.sent_at, kSentAt);
    EXPECT_EQ(read_sns_inbound_sms("{\"other\":1}", kSentAt).reading, "ignored");
    EXPECT_EQ(read_sns_inbound_sms("{\"inboundMessageId\":\"1\"}", kSentAt).reading, "unreadable");
    EXPECT_EQ(read_sns_inbound_sms("EXAMPLE", kSentAt).reading, "unreadable");
}

}  // namespace
}  // namespace herald
