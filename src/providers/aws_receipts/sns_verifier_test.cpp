#include "providers/aws_receipts/sns_verifier.hpp"

#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"
#include "tests/support/sns_signer.hpp"

namespace herald
{
namespace
{

using testing::kAmazonIssuerUrl;
using testing::kSnsCertificateUrl;
using testing::kSnsConfirmUrl;
using testing::kSnsTopic;
using testing::SnsSigner;

const Instant kNow = SystemClock().now();

SnsVerifier::Options options_of(const SnsSigner& signer)
{
    SnsVerifier::Options options;
    options.topics = {kSnsTopic};
    options.ca_file = signer.root_file();
    return options;
}

SnsVerifier::Fetch fetch_from(SnsSigner& signer)
{
    return [&signer](std::string url, std::size_t, Deadline) -> Task<HttpResponse>
    {
        co_return signer.get(url);
    };
}

Result<SignedMessage> verify(SnsVerifier& verifier, const std::string& body, const std::string& type = "Notification",
                             Instant now = kNow)
{
    return run_task<Result<SignedMessage>>([&] { return verifier.verify(type, body, now, deadline_in(seconds(30))); });
}

// The reason that only the log may say; "accepted" when there is none.
std::string reason(SnsVerifier& verifier, const std::string& body, const std::string& type = "Notification",
                   Instant now = kNow)
{
    const auto result = verify(verifier, body, type, now);
    if (result) return "accepted";
    EXPECT_EQ(result.error().message, "validation failed");
    return result.error().detail;
}

TEST(SnsVerifier, AcceptsBothVersionsOfSignatures)
{
    SnsSigner signer;
    SnsVerifier verifier(options_of(signer), fetch_from(signer));
    for (const auto version : {"1", "2"})
    {
        auto fields = signer.notification("{\"a\":1}", kNow);
        fields["SignatureVersion"] = version;
        fields["Subject"] = "Amazon SES Email Event Notification";
        const auto message = verify(verifier, signer.sign(fields));
        ASSERT_TRUE(message) << version << message.error().detail;
        EXPECT_EQ(message->body, "{\"a\":1}");
        EXPECT_EQ(message->topic, kSnsTopic);
    }
    EXPECT_EQ(signer.asked, (std::vector<std::string>{kSnsCertificateUrl, kAmazonIssuerUrl}))
        << "the second message needs no certificate any more";
}

TEST(SnsVerifier, FetchesTheCertificateAgainAfterADay)
{
    SnsSigner signer;
    SnsVerifier verifier(options_of(signer), fetch_from(signer));
    EXPECT_TRUE(verify(verifier, signer.sign(signer.notification("m", kNow))));
    const auto tomorrow = kNow + std::chrono::hours(24);
    EXPECT_TRUE(verify(verifier, signer.sign(signer.notification("m", tomorrow)), "Notification", tomorrow));
    EXPECT_EQ(signer.asked.size(), 4U);
}

TEST(SnsVerifier, RefusesWhatWasChangedAfterItWasSigned)
{
    SnsSigner signer;
    SnsVerifier verifier(options_of(signer), fetch_from(signer));
    for (const auto name : {"Message", "MessageId", "Timestamp"})
    {
        auto body = json::parse(signer.sign(signer.notification("m", kNow))).as_object();
        body[name] = name == std::string_view("Timestamp") ? format_v2(kNow - seconds(1)) : "another";
        EXPECT_EQ(reason(verifier, json::serialize(body)), "the signature is wrong") << name;
    }
    auto with_subject = json::parse(signer.sign(signer.notification("m", kNow))).as_object();
    with_subject["Subject"] = "added";
    EXPECT_EQ(reason(verifier, json::serialize(with_subject)), "the signature is wrong");
    auto downgraded = json::parse(signer.sign(signer.notification("m", kNow))).as_object();
    downgraded["SignatureVersion"] = "1";
    EXPECT_EQ(reason(verifier, json::serialize(downgraded)), "the signature is wrong");
}

TEST(SnsVerifier, RefusesBeforeItAsksAnybody)
{
    SnsSigner signer;
    SnsVerifier verifier(options_of(signer), fetch_from(signer));
    auto fields = signer.notification("m", kNow);
    fields["TopicArn"] = "arn:aws:sns:us-west-2:999999999999:herald-events";
    EXPECT_EQ(reason(verifier, signer.sign(fields)), "the topic is not in receipts.topics");
    fields = signer.notification("m", kNow);
    fields["SigningCertURL"] = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123abcd.pem";
    EXPECT_EQ(reason(verifier, signer.sign(fields)), "the certificate is not where SNS keeps it");
    EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow - std::chrono::hours(3)))), "too old");
    EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow + std::chrono::hours(1)))), "of the future");
    EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow)), "UnsubscribeConfirmation"),
              "the header names another type");
    fields = signer.confirmation("SubscriptionConfirmation", kNow);
    fields["SubscribeURL"] = "https://evil.example/?Action=ConfirmSubscription";
    EXPECT_EQ(reason(verifier, signer.sign(fields), "SubscriptionConfirmation"), "SubscribeURL is not of SNS");
    EXPECT_EQ(verify(verifier, "{}", "Nonsense").error().message, "invalid message type");
    EXPECT_EQ(verify(verifier, "{", "Notification").error().message, "invalid JSON given");
    EXPECT_TRUE(signer.asked.empty());
}

TEST(SnsVerifier, WithoutTopicsEverythingIsRefused)
{
    SnsSigner signer;
    auto options = options_of(signer);
    options.topics.clear();
    SnsVerifier verifier(options, fetch_from(signer));
    EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow))), "the topic is not in receipts.topics");
}

TEST(SnsVerifier, ACertificateOfAnotherRootIsRefused)
{
    SnsSigner signer;
    SnsSigner stranger;
    SnsVerifier verifier(options_of(signer), fetch_from(stranger));
    EXPECT_EQ(reason(verifier, stranger.sign(stranger.notification("m", kNow))), "the certificate is not trusted");
}

TEST(SnsVerifier, ACertificateForAnotherNameOrUseIsRefused)
{
    for (const SnsSigner::Leaf& leaf :
         {SnsSigner::Leaf{.host = "mail.example"}, SnsSigner::Leaf{.host = "sns.us-east-1.amazonaws.com"},
          SnsSigner::Leaf{.usage = "codeSigning"}})
    {
        SnsSigner signer(leaf);
        SnsVerifier verifier(options_of(signer), fetch_from(signer));
        EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow))), "the certificate is not trusted");
    }
    SnsSigner regional({.host = "sns.us-west-2.amazonaws.com"});
    SnsVerifier verifier(options_of(regional), fetch_from(regional));
    EXPECT_EQ(reason(verifier, regional.sign(regional.notification("m", kNow))), "accepted");
}

TEST(SnsVerifier, ACertificateThatHasExpiredIsRefused)
{
    SnsSigner signer;
    SnsVerifier verifier(options_of(signer), fetch_from(signer));
    const auto later = kNow + std::chrono::days(31);
    EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", later)), "Notification", later),
              "the certificate is not trusted");
}

TEST(SnsVerifier, AnIssuerIsFetchedFromAmazonAlone)
{
    for (const auto* const url : {"http://evil.example/ca.cer", "http://crt.amazontrust.com.evil.example/ca.cer",
                                  "http://crt.x.amazontrust.com:8080/ca.cer", "ldap://crt.x.amazontrust.com/ca"})
    {
        SnsSigner signer({.issuer_url = url});
        SnsVerifier verifier(options_of(signer), fetch_from(signer));
        EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow))),
                  "the certificate's issuer is not known");
        EXPECT_EQ(signer.asked, std::vector<std::string>{kSnsCertificateUrl}) << url;
    }
}

TEST(SnsVerifier, AChainThatComesWholeNeedsNoIssuer)
{
    SnsSigner signer({.names_issuer = false});
    const auto fetch = [&signer](std::string url, std::size_t, Deadline) -> Task<HttpResponse>
    {
        auto answer = signer.get(url);
        answer.body += signer.issuer_pem();
        co_return answer;
    };
    SnsVerifier verifier(options_of(signer), fetch);
    EXPECT_EQ(reason(verifier, signer.sign(signer.notification("m", kNow))), "accepted");
}

TEST(SnsVerifier, SaysLaterWhenTheCertificateCannotBeFetched)
{
    SnsSigner signer;
    int status = 0;
    const auto fetch = [&status](std::string, std::size_t, Deadline) -> Task<HttpResponse>
    {
        HttpResponse answer;
        answer.status = status;
        answer.body = "no certificate";
        co_return answer;
    };
    SnsVerifier verifier(options_of(signer), fetch);
    const auto body = signer.sign(signer.notification("m", kNow));
    EXPECT_EQ(verify(verifier, body).error().kind, ErrorKind::unavailable);
    auto later = kNow + seconds(61);
    status = 503;
    EXPECT_EQ(verify(verifier, body, "Notification", later).error().kind, ErrorKind::unavailable);
    later += seconds(61);
    status = 404;
    EXPECT_EQ(reason(verifier, body, "Notification", later), "there is no such certificate");
    later += seconds(61);
    status = 200;
    EXPECT_EQ(reason(verifier, body, "Notification", later), "what was fetched is no certificate");
}

// Answers as long as it is up.
struct Host
{
    SnsSigner& signer;
    bool is_up = true;
    int asked = 0;

    SnsVerifier::Fetch fetch()
    {
        return [this](std::string url, std::size_t, Deadline) -> Task<HttpResponse>
        {
            ++asked;
            HttpResponse away;
            co_return is_up ? signer.get(url) : away;
        };
    }
};

TEST(SnsVerifier, AKeyServesUntilItsCertificateEndsWhileItCannotBeFetchedAgain)
{
    SnsSigner signer;
    Host host{signer};
    SnsVerifier verifier(options_of(signer), host.fetch());
    const auto accept = [&](Instant now)
    {
        return reason(verifier, signer.sign(signer.notification("m", now)), "Notification", now);
    };
    EXPECT_EQ(accept(kNow), "accepted");
    host.is_up = false;
    const auto next_day = kNow + std::chrono::hours(25);
    EXPECT_EQ(accept(next_day), "accepted");
    const int asked = host.asked;
    EXPECT_EQ(accept(next_day + seconds(1)), "accepted");
    EXPECT_EQ(host.asked, asked) << "what failed is not tried for every message";
    EXPECT_EQ(accept(next_day + seconds(61)), "accepted");
    EXPECT_EQ(host.asked, asked + 1);
    const auto ended = kNow + std::chrono::days(31);
    const auto refused = verify(verifier, signer.sign(signer.notification("m", ended)), "Notification", ended);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST(SnsVerifier, AUrlThatGaveNothingIsNotAskedAgainForAMinute)
{
    SnsSigner signer;
    Host host{signer, false};
    auto options = options_of(signer);
    options.max_failures = 2;
    SnsVerifier verifier(options, host.fetch());
    const auto ask = [&](const std::string& name, Instant now)
    {
        auto fields = signer.notification("m", kNow);
        fields["SigningCertURL"] = "https://sns.us-west-2.amazonaws.com/" + name + ".pem";
        EXPECT_EQ(verify(verifier, signer.sign(fields), "Notification", now).error().kind, ErrorKind::unavailable);
        return host.asked;
    };
    EXPECT_EQ(ask("a", kNow), 1);
    EXPECT_EQ(ask("a", kNow + seconds(59)), 1);
    EXPECT_EQ(ask("a", kNow + seconds(60)), 2);
    EXPECT_EQ(ask("b", kNow + seconds(61)), 3);
    EXPECT_EQ(ask("c", kNow + seconds(62)), 4) << "the oldest is forgotten";
    EXPECT_EQ(ask("b", kNow + seconds(63)), 4);
    EXPECT_EQ(ask("a", kNow + seconds(64)), 5);
}

TEST(SnsVerifier, ConfirmsASubscription)
{
    SnsSigner signer;
    SnsVerifier verifier(options_of(signer), fetch_from(signer));
    const auto message = verify(verifier, signer.sign(signer.confirmation("SubscriptionConfirmation", kNow)),
                                "SubscriptionConfirmation");
    ASSERT_TRUE(message) << message.error().detail;
    const auto confirmed = run_task<Result<void>>([&] { return verifier.confirm(*message, deadline_in(seconds(30))); });
    EXPECT_TRUE(confirmed);
    EXPECT_EQ(signer.asked.back(), kSnsConfirmUrl);
}

}  // namespace
}  // namespace herald
