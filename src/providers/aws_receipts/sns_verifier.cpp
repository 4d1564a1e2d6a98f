#include "providers/aws_receipts/sns_verifier.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace herald
{

namespace
{

constexpr std::size_t kMostCertificateBytes = 64 * 1024;
constexpr int kMostIssuers = 3;  // Amazon's chains have one or two between the certificate and a root

Failure refused(std::string detail)
{
    Error error(ErrorKind::bad_request, "validation failed");
    error.detail = std::move(detail);
    return Failure(std::move(error));
}

Failure later(std::string detail)
{
    Error error(ErrorKind::unavailable, "");
    error.detail = std::move(detail);
    return Failure(std::move(error));
}

// crt.rootca1.amazontrust.com and its like. Plain http, as RFC 5280 has it: a certificate is its own proof.
bool is_amazon_repository(std::string_view text)
{
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed || parsed->has_userinfo() || parsed->has_port() || parsed->has_query()) return false;
    const std::string_view host = parsed->encoded_host();
    return (parsed->scheme() == "http" || parsed->scheme() == "https") && host.starts_with("crt.") &&
           host.ends_with(".amazontrust.com");
}

// Counts a fetch for as long as it lives.
class Under
{
public:
    explicit Under(std::size_t& count) : count_(count) { ++count_; }
    Under(const Under&) = delete;
    Under& operator=(const Under&) = delete;
    ~Under() { --count_; }

private:
    std::size_t& count_;
};

}  // namespace

SnsVerifier::SnsVerifier(Options options, Fetch fetch)
    : options_(std::move(options)), fetch_(std::move(fetch)), roots_(options_.ca_file)
{
}

Task<Result<SignedMessage>> SnsVerifier::verify(std::string type, std::string_view body, Instant now, Deadline deadline)
{
    const auto claimed = parse_sns_type(type);
    if (!claimed) co_return fail(ErrorKind::bad_request, "invalid message type");
    auto envelope = parse_sns_envelope(body);
    if (!envelope) co_return Failure(std::move(envelope.error()));
    if (envelope->type != *claimed) co_return refused("the header names another type");
    if (std::ranges::find(options_.topics, envelope->topic_arn) == options_.topics.end())
        co_return refused("the topic is not in receipts.topics");
    if (envelope->sent_at < now - options_.max_age) co_return refused("too old");
    if (envelope->sent_at > now + options_.max_ahead) co_return refused("of the future");
    const auto host = sns_host_of_topic(envelope->topic_arn);
    if (!host || !is_sns_certificate_url(envelope->certificate_url, *host))
        co_return refused("the certificate is not where SNS keeps it");
    const bool confirms = envelope->type != SignedMessage::Type::notification;
    if (confirms && !is_sns_confirm_url(envelope->subscribe_url, *host))
        co_return refused("SubscribeURL is not of SNS");

    const auto signer = co_await signer_of(*envelope, *host, now, deadline);
    if (!signer) co_return Failure(signer.error());
    if (!has_signed(*signer, envelope->signature_version, sns_string_to_sign(*envelope), envelope->signature))
        co_return refused("the signature is wrong");

    SignedMessage message;
    message.type = envelope->type;
    message.id = std::move(envelope->message_id);
    message.topic = std::move(envelope->topic_arn);
    message.sent_at = envelope->sent_at;
    message.body = std::move(envelope->message);
    message.confirm_url = std::move(envelope->subscribe_url);
    co_return message;
}

Task<Result<void>> SnsVerifier::confirm(SignedMessage message, Deadline deadline)
{
    const auto until = std::min(deadline, deadline_in(options_.fetch_timeout));
    const auto answer = co_await fetch_(message.confirm_url, kMostCertificateBytes, until);
    if (answer.status == 0 || answer.status >= 500) co_return later("SNS did not take the confirmation");
    if (answer.status < 200 || answer.status > 299)
        co_return fail(ErrorKind::bad_request,
                       "attempt to raise_for_status()SubscriptionConfirmation Type message failed");
    co_return Result<void>();
}

Task<Result<Certificate>> SnsVerifier::signer_of(const SnsEnvelope& envelope, std::string host, Instant now,
                                                 Deadline deadline)
{
    std::optional<Certificate> kept;
    const auto known = keys_.find(envelope.certificate_url);
    if (known != keys_.end() && now < end_of(known->second.certificate))
    {
        known->second.used_at = now;
        kept = known->second.certificate;
        if (now - known->second.fetched_at < options_.keep_key) co_return *kept;
    }
    auto fetched = co_await fetch_once(envelope.certificate_url, std::move(host), now, deadline);
    if (fetched) keep(envelope.certificate_url, *fetched, now);
    // It was proven and has not ended. Only SNS itself can say that it is no more, and nobody could be asked.
    if (!fetched && fetched.error().kind == ErrorKind::unavailable && kept) co_return *kept;
    co_return fetched;
}

Task<Result<Certificate>> SnsVerifier::fetch_once(std::string url, std::string host, Instant now, Deadline deadline)
{
    if (const auto* const failure = recent_failure(url, now)) co_return Failure(*failure);
    if (fetching_ >= options_.max_fetches) co_return later("enough certificates are being fetched");
    const Under under(fetching_);
    const auto until = std::min(deadline, deadline_in(options_.fetch_timeout));
    auto fetched = co_await fetch_signer(url, std::move(host), now, until);
    if (!fetched) keep_failure(url, fetched.error(), now);
    co_return fetched;
}

Task<Result<Certificate>> SnsVerifier::fetch_signer(std::string url, std::string host, Instant now, Deadline deadline)
{
    std::vector<Certificate> chain;
    for (int issuers = 0; issuers <= kMostIssuers; ++issuers)
    {
        const auto answer = co_await get(std::move(url), deadline);
        if (!answer) co_return Failure(answer.error());
        const auto more = read_certificates(*answer);
        if (more.empty()) co_return refused("what was fetched is no certificate");
        chain.insert(chain.end(), more.begin(), more.end());
        switch (roots_.judge(chain, host, now))
        {
            case Trust::trusted:
                co_return chain.front();
            case Trust::refused:
                co_return refused("the certificate is not trusted");
            case Trust::issuer_missing:
                break;
        }
        // SNS gives the certificate alone; the ones between it and the root are Amazon's to give.
        auto next = issuer_url(chain.back());
        if (!next || !is_amazon_repository(*next)) co_return refused("the certificate's issuer is not known");
        url = std::move(*next);
    }
    co_return refused("the certificate has no end of issuers");
}

Task<Result<std::string>> SnsVerifier::get(std::string url, Deadline deadline)
{
    auto answer = co_await fetch_(std::move(url), kMostCertificateBytes, deadline);
    // Nobody there is for a while, a page that is not there is for good.
    if (answer.status == 0 || answer.status >= 500) co_return later("a certificate could not be fetched");
    if (answer.status != 200 || !answer.error.empty()) co_return refused("there is no such certificate");
    co_return std::move(answer.body);
}

void SnsVerifier::keep(const std::string& url, Certificate certificate, Instant now)
{
    keys_[url] = {std::move(certificate), now, now};
    if (keys_.size() <= options_.max_keys) return;
    keys_.erase(std::ranges::min_element(keys_, {}, [](const auto& entry) { return entry.second.used_at; }));
}

const Error* SnsVerifier::recent_failure(const std::string& url, Instant now) const
{
    const auto failed = failures_.find(url);
    if (failed == failures_.end() || now - failed->second.failed_at >= options_.keep_failure) return nullptr;
    return &failed->second.error;
}

void SnsVerifier::keep_failure(const std::string& url, Error error, Instant now)
{
    failures_.insert_or_assign(url, FailedFetch{std::move(error), now});
    if (failures_.size() <= options_.max_failures) return;
    failures_.erase(std::ranges::min_element(failures_, {}, [](const auto& entry) { return entry.second.failed_at; }));
}

}  // namespace herald
