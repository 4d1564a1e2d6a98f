// One conversation with an SMTP server: greeting, TLS and login once, then any number of messages one after the other.
//
// Belongs to the Loop of its executor; one operation at a time. Reports trouble as a value and decides nothing about it
// (smtp_policy.hpp). Never throws for what the other side does.
//
// Security: what a server says before TLS is forgotten with it, and bytes that came ahead of the handshake end the
// conversation (command injection into STARTTLS, CVE-2011-0411). With starttls nothing of ours but EHLO goes in clear.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "providers/compose_email.hpp"
#include "providers/smtp/smtp_options.hpp"
#include "providers/smtp/smtp_policy.hpp"
#include "providers/smtp/smtp_reply.hpp"
#include "providers/smtp/smtp_stream.hpp"

namespace herald
{

class SmtpSession
{
public:
    using Answer = std::expected<SmtpReply, SmtpTrouble>;

    // `options` and `tls` outlive the session.
    SmtpSession(asio::any_io_executor executor, const SmtpOptions& options, asio::ssl::context& tls);

    // Connects and logs in, as the options say. After trouble the session is over.
    Task<Answer> open(Deadline deadline);
    // On an open session. By the deadline, or trouble says how far it came.
    Task<Answer> deliver(const ComposedEmail& message, Deadline deadline);

    // Open, and able to take another message as far as we can know.
    [[nodiscard]] bool is_usable() const { return open_ && stream_.is_quiet() && received_.empty(); }
    [[nodiscard]] int delivered() const { return delivered_; }
    // Says QUIT and closes, without waiting.
    void leave();

private:
    Task<Answer> greet();
    Task<Answer> encrypt();
    Task<Answer> say_hello();
    Task<Answer> log_in();
    Task<Answer> log_in_by_steps();
    Task<Answer> begin(const ComposedEmail& message);
    Task<Answer> hand_over(std::string content);
    Task<Answer> command(SmtpStep step, std::string line, int kind);
    Task<Answer> answer(SmtpStep step, int kind);
    Answer lost(SmtpStep step, const boost::system::error_code& error);
    Answer end(SmtpTrouble trouble);

    const SmtpOptions& options_;
    SmtpStream stream_;
    std::string received_;
    SmtpReply hello_;  // the last answer to EHLO
    bool open_ = false;
    bool in_transaction_ = false;  // a refused one, that RSET must end before the next begins
    int delivered_ = 0;
};

}  // namespace herald
