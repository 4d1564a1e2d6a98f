// The envelope in which Amazon SNS posts a message to a subscriber, and what its signature covers.
// Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html and
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html
//
// Security: everything here comes from anybody who found our URL. Nothing of it is believed before sns_verifier.hpp has
// said so. A URL of an envelope is followed only when its host is the one that the topic's own ARN gives, so that the
// allow-list of topics pins the hosts as well. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "providers/receipt_source.hpp"

namespace herald
{

struct SnsEnvelope
{
    SignedMessage::Type type = SignedMessage::Type::notification;
    std::string message;
    std::string message_id;
    std::string topic_arn;
    std::string timestamp;  // as it was signed
    Instant sent_at{};      // the same
    std::optional<std::string> subject;
    std::string token;          // of the confirmations
    std::string subscribe_url;  // of the confirmations
    int signature_version = 1;  // 1: SHA-1, 2: SHA-256
    std::string signature;      // decoded
    std::string certificate_url;
};

std::optional<SignedMessage::Type> parse_sns_type(std::string_view text);

// bad_request "invalid JSON given" when it is no JSON, else "validation failed" with what is wrong in `detail`: a field
// that is missing or no text, an unknown type or version. The URLs are not judged.
Result<SnsEnvelope> parse_sns_envelope(std::string_view body);

// What was signed: "Name\nvalue\n" for each field that the type has, in their alphabetical order.
std::string sns_string_to_sign(const SnsEnvelope& envelope);

// "sns.us-west-2.amazonaws.com" for "arn:aws:sns:us-west-2:123456789012:topic"; China's regions end in
// .amazonaws.com.cn, the American government's are like any other. nullopt: no ARN of a topic.
std::optional<std::string> sns_host_of_topic(std::string_view topic_arn);

// https, exactly this host, no user, no port, no query: "https://<host>/<name>.pem".
bool is_sns_certificate_url(std::string_view url, std::string_view host);
// Likewise "https://<host>/?Action=ConfirmSubscription&...".
bool is_sns_confirm_url(std::string_view url, std::string_view host);

}  // namespace herald
