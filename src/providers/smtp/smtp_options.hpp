// How to reach the SMTP server that takes our email.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace herald
{

enum class SmtpTls
{
    starttls,  // begins in clear, must offer STARTTLS; usually port 587
    implicit,  // TLS from the first byte; usually port 465
    none,      // for a server on this machine or on a network that is safe by itself
};

// As the configuration spells it. nullopt: none of them.
std::optional<SmtpTls> parse_smtp_tls(std::string_view text);

struct SmtpOptions
{
    std::string host;  // a name or an address
    int port = 587;
    SmtpTls tls = SmtpTls::starttls;
    std::string username;  // empty: no login
    std::string password;
    std::string domain = "notify.localhost";  // of our emails: in Message-ID, and our name in EHLO
    int connections = 4;                      // at once; further messages wait for one
    int messages_per_connection = 100;        // then it is closed: many servers refuse more
    std::chrono::seconds idle_for{60};        // a connection that was not used for longer is not used again
    std::chrono::seconds login_pause{30};     // no new login for so long after one was refused: servers lock accounts
    std::string ca_file;                      // PEM, of those who may vouch for the server; empty: the system's
};

// Fails (validation) naming the key that is wrong. A login without TLS is only allowed to this machine.
Result<void> check(const SmtpOptions& options);

}  // namespace herald
