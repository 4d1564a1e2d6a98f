// Amazon SNS as tests need it: a root and an issuer of its own making, a certificate that names SNS, and messages
// signed with it. What it signs is put together here from the documentation, not by the code under test.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/json.hpp"
#include "runtime/http_client.hpp"

namespace herald::testing
{

inline const std::string kSnsTopic = "arn:aws:sns:us-west-2:123456789012:herald-events";
inline const std::string kSnsCertificateUrl =
    "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0123abcd.pem";
inline const std::string kSnsConfirmUrl =
    "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + kSnsTopic + "&Token=2336412f37";
inline const std::string kAmazonIssuerUrl = "http://crt.r2m04.amazontrust.com/r2m04.cer";

class SnsSigner
{
public:
    struct Leaf
    {
        std::string host = "sns.amazonaws.com";
        std::string issuer_url = kAmazonIssuerUrl;
        std::string usage = "serverAuth";
        bool names_issuer = true;
    };

    explicit SnsSigner(Leaf leaf, Instant now = SystemClock().now()) : now_(now)
    {
        make_certificate(root_, root_, "Test root", {{NID_basic_constraints, "critical,CA:TRUE"}});
        make_certificate(issuer_, root_, "Test issuer", {{NID_basic_constraints, "critical,CA:TRUE"}});
        std::map<int, std::string> extensions{{NID_subject_alt_name, "DNS:" + leaf.host},
                                              {NID_ext_key_usage, leaf.usage}};
        if (leaf.names_issuer) extensions[NID_info_access] = "caIssuers;URI:" + leaf.issuer_url;
        make_certificate(leaf_, issuer_, leaf.host, extensions);
        char name[] = "/tmp/herald-sns-root-XXXXXX";
        const int file = mkstemp(name);
        if (file < 0) throw std::runtime_error("no temporary file");
        close(file);
        root_file_ = name;
        std::ofstream(root_file_) << pem(root_);
    }
    SnsSigner() : SnsSigner(Leaf()) {}
    SnsSigner(const SnsSigner&) = delete;
    SnsSigner& operator=(const SnsSigner&) = delete;
    ~SnsSigner() { std::remove(root_file_.c_str()); }

    // Of the root: the verifier's ca_file.
    [[nodiscard]] const std::string& root_file() const { return root_file_; }
    [[nodiscard]] std::string certificate() const { return pem(leaf_); }
    [[nodiscard]] std::string issuer() const { return der(issuer_); }
    [[nodiscard]] std::string issuer_pem() const { return pem(issuer_); }

    // What Amazon's hosts answer.
    [[nodiscard]] HttpResponse get(const std::string& url)
    {
        asked.push_back(url);
        HttpResponse answer;
        answer.status = 200;
        if (url == kSnsCertificateUrl)
            answer.body = certificate();
        else if (url == kAmazonIssuerUrl)
            answer.body = issuer();
        else if (url == kSnsConfirmUrl)
            answer.body = "<ConfirmSubscriptionResponse/>";
        else
            answer.status = 404;
        return answer;
    }
    std::vector<std::string> asked;  // URLs, in order

    // The fields of a Notification as SNS posts them, not signed.
    [[nodiscard]] json::object notification(const std::string& message, Instant sent_at) const
    {
        return {{"Type", "Notification"},
                {"MessageId", "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"},
                {"TopicArn", kSnsTopic},
                {"Message", message},
                {"Timestamp", format_v2(sent_at).substr(0, 23) + "Z"},
                {"SignatureVersion", "2"},
                {"SigningCertURL", kSnsCertificateUrl},
                {"UnsubscribeURL", "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"}};
    }
    [[nodiscard]] json::object confirmation(const std::string& type, Instant sent_at) const
    {
        json::object fields = notification("You have chosen to subscribe to the topic", sent_at);
        fields["Type"] = type;
        fields["Token"] = "2336412f37";
        fields["SubscribeURL"] = kSnsConfirmUrl;
        return fields;
    }

    // The body with its Signature, by the documented order of fields.
    [[nodiscard]] std::string sign(json::object fields) const
    {
        const std::string type(fields.at("Type").as_string());
        std::vector<std::string> names{"Message", "MessageId", "SubscribeURL", "Timestamp",
                                       "Token",   "TopicArn",  "Type"};
        if (type == "Notification") names = {"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"};
        std::string text;
        for (const auto& name : names)
            if (const auto* value = fields.if_contains(name))
                text += name + "\n" + std::string(value->as_string()) + "\n";
        const bool sha1 = fields.at("SignatureVersion") == "1";
        fields["Signature"] = base64_encode(sign_text(text, sha1 ? EVP_sha1() : EVP_sha256()));
        return json::serialize(fields);
    }

private:
    // SNS signs with RSA. To make such a key takes half a second, and one will do for all.
    static EVP_PKEY* rsa_key()
    {
        static const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
        EVP_PKEY_up_ref(key.get());
        return key.get();
    }

    struct Identity
    {
        explicit Identity(EVP_PKEY* with) : key(with, &EVP_PKEY_free) {}
        std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key;
        std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), &X509_free};
    };

    void make_certificate(Identity& made, const Identity& by, const std::string& name,
                          const std::map<int, std::string>& extensions) const
    {
        X509* certificate = made.certificate.get();
        X509_set_version(certificate, 2);
        static long serial = 1;
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
        const auto now = std::chrono::floor<std::chrono::seconds>(now_).time_since_epoch().count();
        constexpr long kDay = 86'400;
        ASN1_TIME_set(X509_getm_notBefore(certificate), now - kDay);
        ASN1_TIME_set(X509_getm_notAfter(certificate), now + 30 * kDay);
        X509_set_pubkey(certificate, made.key.get());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate.get()));
        X509V3_CTX context;
        X509V3_set_ctx(&context, by.certificate.get(), certificate, nullptr, nullptr, 0);
        for (const auto& [kind, text] : extensions)
        {
            X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, text.c_str());
            if (extension == nullptr) throw std::runtime_error("no extension " + text);
            X509_add_ext(certificate, extension, -1);
            X509_EXTENSION_free(extension);
        }
        if (X509_sign(certificate, by.key.get(), EVP_sha256()) == 0) throw std::runtime_error("no certificate");
    }

    static std::string text_of(BIO* bio)
    {
        char* data = nullptr;
        const long size = BIO_get_mem_data(bio, &data);
        std::string text(data, static_cast<std::size_t>(size));
        BIO_free(bio);
        return text;
    }
    static std::string pem(const Identity& of)
    {
        BIO* bio = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(bio, of.certificate.get());
        return text_of(bio);
    }
    static std::string der(const Identity& of)
    {
        BIO* bio = BIO_new(BIO_s_mem());
        i2d_X509_bio(bio, of.certificate.get());
        return text_of(bio);
    }
    [[nodiscard]] std::string sign_text(const std::string& text, const EVP_MD* digest) const
    {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, leaf_.key.get());
        std::size_t size = 0;
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
        std::string signature(size, '\0');
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size());
        signature.resize(size);
        return signature;
    }

    Instant now_;
    Identity root_{EVP_EC_gen("P-256")};
    Identity issuer_{EVP_EC_gen("P-256")};
    Identity leaf_{rsa_key()};
    std::string root_file_;
};

}  // namespace herald::testing
