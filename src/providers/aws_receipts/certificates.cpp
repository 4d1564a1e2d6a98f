#include "providers/aws_receipts/certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace herald
{

namespace
{

constexpr std::size_t kMostCertificates = 8;
constexpr const char* kCommonHost = "sns.amazonaws.com";

template <class T, void (*release)(T*)>
struct Release
{
    void operator()(T* held) const { release(held); }
};
using Bio = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX, X509_STORE_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Access = std::unique_ptr<AUTHORITY_INFO_ACCESS, Release<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free>>;
// Does not own the certificates: they are in a vector.
using Borrowed = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * list) { sk_X509_free(list); })>;

Certificate own(X509* certificate)
{
    return {certificate, X509_free};
}

Bio reading(std::string_view bytes)
{
    return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

}  // namespace

std::vector<Certificate> read_certificates(std::string_view bytes)
{
    std::vector<Certificate> found;
    constexpr std::size_t kMostBytes = 1 << 20;
    if (bytes.size() > kMostBytes) return found;
    const Bio pem = reading(bytes);
    while (found.size() < kMostCertificates)
    {
        X509* next = PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr);
        if (next == nullptr) break;
        found.push_back(own(next));
    }
    if (found.empty())
    {
        const Bio der = reading(bytes);
        if (X509* only = d2i_X509_bio(der.get(), nullptr)) found.push_back(own(only));
    }
    ERR_clear_error();  // the end of the text is an error to OpenSSL, and would be blamed on whoever asks next
    return found;
}

std::optional<std::string> issuer_url(const Certificate& certificate)
{
    const Access access(
        static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate.get(), NID_info_access, nullptr, nullptr)));
    for (int i = 0; access && i < sk_ACCESS_DESCRIPTION_num(access.get()); ++i)
    {
        const ACCESS_DESCRIPTION* entry = sk_ACCESS_DESCRIPTION_value(access.get(), i);
        if (OBJ_obj2nid(entry->method) != NID_ad_ca_issuers || entry->location->type != GEN_URI) continue;
        const ASN1_IA5STRING* text = entry->location->d.uniformResourceIdentifier;
        return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                           static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    return std::nullopt;
}

Instant end_of(const Certificate& certificate)
{
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return Instant{};
    return Instant(std::chrono::seconds(timegm(&end)));
}

bool has_signed(const Certificate& signer, int signature_version, std::string_view text, std::string_view signature)
{
    EVP_PKEY* key = X509_get0_pubkey(signer.get());
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return false;
    const DigestContext context(EVP_MD_CTX_new());
    const EVP_MD* digest = signature_version == 1 ? EVP_sha1() : EVP_sha256();
    const bool good =
        context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                         reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
    ERR_clear_error();
    return good;
}

TrustedRoots::TrustedRoots(const std::string& ca_file) : store_(X509_STORE_new(), X509_STORE_free)
{
    const bool loaded = ca_file.empty() ? X509_STORE_set_default_paths(store_.get()) == 1
                                        : X509_STORE_load_file(store_.get(), ca_file.c_str()) == 1;
    ERR_clear_error();
    if (!loaded) throw std::runtime_error("no trusted certificates in " + (ca_file.empty() ? "the system" : ca_file));
}

Trust TrustedRoots::judge(const std::vector<Certificate>& chain, const std::string& host, Instant now) const
{
    if (chain.empty()) return Trust::refused;
    const Borrowed helpers(sk_X509_new_null());
    for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(helpers.get(), chain[i].get());
    const StoreContext context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), store_.get(), chain.front().get(), helpers.get()) != 1)
        return Trust::refused;
    X509_STORE_CTX_set_default(context.get(), "ssl_server");
    X509_VERIFY_PARAM* wanted = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(wanted, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(wanted, kCommonHost, 0);
    X509_VERIFY_PARAM_add1_host(wanted, host.c_str(), host.size());
    const bool trusted = X509_verify_cert(context.get()) == 1;
    const int error = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    if (trusted) return Trust::trusted;
    const bool breaks_off =
        error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
    return breaks_off ? Trust::issuer_missing : Trust::refused;
}

}  // namespace herald
