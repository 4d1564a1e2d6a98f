// A TLS server on the loopback with a certificate of its own making. It finishes the handshake with whoever
// accepts that certificate, then closes. For tests only.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace herald::test
{

class TlsImposter
{
    using Tcp = boost::asio::ip::tcp;

public:
    TlsImposter() : acceptor_(context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0))
    {
        sign();
        port_ = acceptor_.local_endpoint().port();
        accepting_ = std::thread([this] { accept(); });
    }
    TlsImposter(const TlsImposter&) = delete;
    TlsImposter& operator=(const TlsImposter&) = delete;
    ~TlsImposter()
    {
        stopping_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes the thread that accepts
        accepting_.join();
    }

    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }

private:
    void sign()
    {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
        if (!key || !certificate) throw std::runtime_error("no certificate");
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_set_pubkey(certificate.get(), key.get());
        X509_NAME* name = X509_get_subject_name(certificate.get());
        const unsigned char common_name[] = "localhost";
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
        X509_set_issuer_name(certificate.get(), name);
        if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("no certificate");
        SSL_CTX_use_certificate(tls_.native_handle(), certificate.get());
        SSL_CTX_use_PrivateKey(tls_.native_handle(), key.get());
    }

    void accept()
    {
        while (!stopping_)
        {
            boost::system::error_code error;
            Tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error) continue;
            boost::asio::ssl::stream<Tcp::socket> stream(std::move(socket), tls_);
            stream.handshake(boost::asio::ssl::stream_base::server, error);
        }
    }

    boost::asio::io_context context_;
    boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
    Tcp::acceptor acceptor_;
    unsigned short port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread accepting_;
};

}  // namespace herald::test
