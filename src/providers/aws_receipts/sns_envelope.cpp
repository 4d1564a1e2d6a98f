#include "providers/aws_receipts/sns_envelope.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/crypto.hpp"
#include "base/json.hpp"

namespace herald
{

namespace
{

using Type = SignedMessage::Type;

Failure refused(std::string detail)
{
    Error error(ErrorKind::bad_request, "validation failed");
    error.detail = std::move(detail);
    return Failure(std::move(error));
}

// Takes texts out of the object, and remembers what is missing.
class Fields
{
public:
    explicit Fields(const json::object& object) : object_(object) {}

    std::string need(std::string_view name)
    {
        auto found = find(name);
        if (!found && missing_.empty()) missing_ = name;
        return std::move(found).value_or("");
    }
    // Under either name: what AWS's own Lambda delivers spells URLs in another way than what it posts.
    std::string need_either(std::string_view name, std::string_view other)
    {
        if (auto found = find(other)) return std::move(*found);
        return need(name);
    }
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const
    {
        const auto* value = object_.if_contains(name);
        if (value == nullptr || !value->is_string()) return std::nullopt;
        return std::string(value->get_string());
    }
    [[nodiscard]] const std::string& missing() const { return missing_; }

private:
    const json::object& object_;
    std::string missing_;
};

bool is_region(std::string_view text)
{
    const auto fits = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, fits) && !text.starts_with('-');
}

// What every URL of an envelope must be.
std::optional<boost::urls::url_view> pinned(std::string_view text, std::string_view host)
{
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed) return std::nullopt;
    const boost::urls::url_view url = *parsed;
    const bool fits = url.scheme() == "https" && !url.has_userinfo() && !url.has_port() && !url.has_fragment() &&
                      std::string_view(url.encoded_host()) == host;
    return fits ? std::optional(url) : std::nullopt;
}

}  // namespace

std::optional<Type> parse_sns_type(std::string_view text)
{
    if (text == "Notification") return Type::notification;
    if (text == "SubscriptionConfirmation") return Type::subscription_confirmation;
    if (text == "UnsubscribeConfirmation") return Type::unsubscribe_confirmation;
    return std::nullopt;
}

Result<SnsEnvelope> parse_sns_envelope(std::string_view body)
{
    const auto parsed = parse_json(body);
    if (!parsed)
    {
        Error error(ErrorKind::bad_request, "invalid JSON given");
        error.detail = parsed.error().detail;
        return Failure(std::move(error));
    }
    if (!parsed->is_object()) return refused("not an object");
    Fields fields(parsed->get_object());
    SnsEnvelope envelope;
    const auto type = parse_sns_type(fields.need("Type"));
    if (!type) return refused("unknown type");
    envelope.type = *type;
    envelope.message = fields.need("Message");
    envelope.message_id = fields.need("MessageId");
    envelope.topic_arn = fields.need("TopicArn");
    envelope.timestamp = fields.need("Timestamp");
    envelope.subject = fields.find("Subject");
    envelope.certificate_url = fields.need_either("SigningCertURL", "SigningCertUrl");
    if (*type != Type::notification)
    {
        envelope.token = fields.need("Token");
        envelope.subscribe_url = fields.need_either("SubscribeURL", "SubscribeUrl");
    }
    const std::string version = fields.need("SignatureVersion");
    const std::string signature = fields.need("Signature");
    if (!fields.missing().empty()) return refused("no " + fields.missing());
    if (version != "1" && version != "2") return refused("unknown SignatureVersion");
    envelope.signature_version = version == "1" ? 1 : 2;
    auto decoded = base64_decode(signature);
    if (!decoded || decoded->empty()) return refused("Signature is not base64");
    envelope.signature = std::move(*decoded);
    const auto sent_at = parse_iso8601(envelope.timestamp);
    if (!sent_at) return refused("Timestamp is no time");
    envelope.sent_at = *sent_at;
    return envelope;
}

std::string sns_string_to_sign(const SnsEnvelope& envelope)
{
    std::string text;
    const auto add = [&text](std::string_view name, std::string_view value)
    {
        text.append(name).append("\n").append(value).append("\n");
    };
    const bool is_notification = envelope.type == Type::notification;
    add("Message", envelope.message);
    add("MessageId", envelope.message_id);
    if (is_notification && envelope.subject) add("Subject", *envelope.subject);
    if (!is_notification) add("SubscribeURL", envelope.subscribe_url);
    add("Timestamp", envelope.timestamp);
    if (!is_notification) add("Token", envelope.token);
    add("TopicArn", envelope.topic_arn);
    switch (envelope.type)
    {
        case Type::notification:
            add("Type", "Notification");
            break;
        case Type::subscription_confirmation:
            add("Type", "SubscriptionConfirmation");
            break;
        case Type::unsubscribe_confirmation:
            add("Type", "UnsubscribeConfirmation");
            break;
    }
    return text;
}

std::optional<std::string> sns_host_of_topic(std::string_view topic_arn)
{
    constexpr std::size_t kParts = 6;  // arn : partition : service : region : account : topic
    std::string_view parts[kParts];
    for (std::size_t i = 0; i < kParts; ++i)
    {
        const auto colon = i + 1 < kParts ? topic_arn.find(':') : topic_arn.size();
        if (colon == std::string_view::npos) return std::nullopt;
        parts[i] = topic_arn.substr(0, colon);
        topic_arn.remove_prefix(std::min(colon + 1, topic_arn.size()));
    }
    const bool is_ours = parts[1] == "aws" || parts[1] == "aws-us-gov" || parts[1] == "aws-cn";
    if (parts[0] != "arn" || !is_ours || parts[2] != "sns" || !is_region(parts[3]) || parts[5].empty())
        return std::nullopt;
    return "sns." + std::string(parts[3]) + (parts[1] == "aws-cn" ? ".amazonaws.com.cn" : ".amazonaws.com");
}

bool is_sns_certificate_url(std::string_view text, std::string_view host)
{
    const auto url = pinned(text, host);
    if (!url || url->has_query()) return false;
    const std::string_view path = url->encoded_path();
    // One plain name: what a path could be resolved to by somebody else's rules is not asked.
    const auto plain = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return path.size() > 5 && path.starts_with('/') && path.ends_with(".pem") &&
           std::ranges::all_of(path.substr(1), plain);
}

bool is_sns_confirm_url(std::string_view text, std::string_view host)
{
    const auto url = pinned(text, host);
    if (!url || !url->has_query() || url->encoded_path() != "/") return false;
    return std::ranges::any_of(url->params(), [](const auto& argument)
                               { return argument.key == "Action" && argument.value == "ConfirmSubscription"; });
}

}  // namespace herald
