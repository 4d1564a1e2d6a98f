// The certificates that sign SNS messages: whether one may be believed, and what it has signed. OpenSSL does the work.
//
// Security: a certificate is believed when its chain ends in a trusted root, all of it is valid now, it is for a TLS
// server, and it names the host that SNS answers under. The bytes may come from anywhere.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace herald
{

using Certificate = std::shared_ptr<X509>;

// Of a PEM text, the first one the signer's, at most eight; or of one DER. None: it is neither.
std::vector<Certificate> read_certificates(std::string_view bytes);
// Where the certificate says its issuer's is to be had (Authority Information Access, RFC 5280 4.2.2.1).
std::optional<std::string> issuer_url(const Certificate& certificate);
Instant end_of(const Certificate& certificate);

// RSA PKCS#1 v1.5 of `text`: SHA-1 for version 1 of SNS's signatures, SHA-256 for 2. False for any other key.
bool has_signed(const Certificate& signer, int signature_version, std::string_view text, std::string_view signature);

enum class Trust
{
    trusted,
    issuer_missing,  // the chain breaks off: with the issuer's certificate it may be trusted
    refused,
};

// Immutable after construction. Single-threaded.
class TrustedRoots
{
public:
    // Those of the system, or of a PEM file alone. Throws std::runtime_error when the file holds none.
    explicit TrustedRoots(const std::string& ca_file);
    // `chain` begins with the certificate in question; the others help to build the path, in any order. It must name
    // `host` or "sns.amazonaws.com", under which AWS issues them for every region.
    [[nodiscard]] Trust judge(const std::vector<Certificate>& chain, const std::string& host, Instant now) const;

private:
    std::shared_ptr<X509_STORE> store_;
};

}  // namespace herald
