// Proves that a message is from Amazon SNS, of a topic of ours, and recent. Belongs to one Loop.
//
// Security: anybody may post to us. In this order, so that a stranger costs little and makes us ask nobody:
//   the topic is on the list; the time is within the window; the certificate's URL is https on sns.<region of that
//   topic>.amazonaws.com; the certificate, fetched without redirects, has a chain to a trusted root and names SNS; the
//   signature is good. A missing issuer is fetched from Amazon's own repository of certificates, where the certificate
//   itself says so; what comes from there is believed for its signature alone.
//   Keys that were proven are kept, a few; so strangers cannot push them out, since they have no certificate that
//   proves. After a day one is fetched again, and while that is not possible it serves on until its certificate ends.
//   Fetches under way are bounded: beyond, the answer is "later", and SNS comes again. A URL that gave nothing is not
//   asked again for a minute. So strangers who name URLs at random delay a key that is new, and no other.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "providers/aws_receipts/certificates.hpp"
#include "providers/aws_receipts/sns_envelope.hpp"
#include "providers/receipt_source.hpp"
#include "runtime/http_client.hpp"

namespace herald
{

class SnsVerifier final : public ReceiptSource
{
public:
    struct Options
    {
        std::vector<std::string> topics;  // ARNs; none: every message is refused
        std::string ca_file;              // empty: the system's roots
        // SNS tries a delivery again for up to an hour, so an hour is the least. Twice that leaves room for clocks and
        // queues; within it a message that somebody recorded can be played again, which changes nothing: a receipt, a
        // complaint or a text message that is known already is dropped.
        seconds max_age{7200};
        seconds max_ahead{900};  // a clock of ours that is behind
        std::size_t max_keys = 16;
        seconds keep_key = std::chrono::hours(24);
        std::size_t max_fetches = 4;
        std::size_t max_failures = 64;  // that are remembered
        seconds keep_failure{60};
        seconds fetch_timeout{10};
    };
    // GET of a URL: at most so many bytes, no redirects, public addresses only.
    using Fetch = std::function<Task<HttpResponse>(std::string url, std::size_t max_bytes, Deadline deadline)>;

    // Throws std::runtime_error when options.ca_file holds no certificate.
    SnsVerifier(Options options, Fetch fetch);

    Task<Result<SignedMessage>> verify(std::string type, std::string_view body, Instant now,
                                       Deadline deadline) override;
    Task<Result<void>> confirm(SignedMessage message, Deadline deadline) override;

private:
    struct Key
    {
        Certificate certificate;
        Instant fetched_at{};
        Instant used_at{};
    };

    struct FailedFetch
    {
        Error error;
        Instant failed_at{};
    };

    Task<Result<Certificate>> signer_of(const SnsEnvelope& envelope, std::string host, Instant now, Deadline deadline);
    Task<Result<Certificate>> fetch_once(std::string url, std::string host, Instant now, Deadline deadline);
    Task<Result<Certificate>> fetch_signer(std::string url, std::string host, Instant now, Deadline deadline);
    Task<Result<std::string>> get(std::string url, Deadline deadline);
    void keep(const std::string& url, Certificate certificate, Instant now);
    [[nodiscard]] const Error* recent_failure(const std::string& url, Instant now) const;
    void keep_failure(const std::string& url, Error error, Instant now);

    const Options options_;
    const Fetch fetch_;
    const TrustedRoots roots_;
    std::map<std::string, Key> keys_;              // by the certificate's URL
    std::map<std::string, FailedFetch> failures_;  // likewise
    std::size_t fetching_ = 0;
};

}  // namespace herald
