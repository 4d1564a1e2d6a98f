// Email handed to an SMTP server (submission, RFC 6409) with STARTTLS, TLS or neither, and a login where there is one.
//
// Belongs to the Loop of its executor and outlives its sends. Connections are kept and used again; what finds them all
// busy waits, to its deadline at most. SMTP has no receipts (receipt_expected is false) and nothing to look up. The
// reference is the Message-ID, "<notification id>@<domain>": the same message sent again has the same one.
//
// It has its own protocol code because libcurl 7.88 cannot be used on a loop for this: it waits for the answer to each
// message with the thread (8 messages to a server that takes 0.5 s: 4.1 s instead of 0.5), and a transfer that is given
// up in the middle of a body is ended as if it were whole, so that the server delivers half a message.
//
// Security: certificates are verified and a password goes in clear to this machine only (smtp_options.hpp). Nothing
// that the server says leaves this folder but its codes, because servers quote addresses. Values cannot inject
// commands: parse_mail_address and build_mime refuse line breaks.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ssl/context.hpp>

#include "providers/provider.hpp"
#include "providers/smtp/smtp_options.hpp"
#include "providers/smtp/smtp_pool.hpp"

namespace herald
{

class SmtpProvider final : public Provider
{
public:
    // Throws std::invalid_argument when check(options) fails or the authorities' file cannot be read. `clock` outlives
    // the provider.
    SmtpProvider(asio::any_io_executor executor, SmtpOptions options, const Clock& clock);

    [[nodiscard]] std::string_view name() const override { return "smtp"; }
    [[nodiscard]] bool supports(Channel channel) const override { return channel == Channel::email; }
    Task<SendOutcome> send(const OutgoingMessage& message, Deadline deadline) override;
    Task<std::optional<Receipt>> look_up(NotificationId id, std::string_view reference, Deadline deadline) override;

private:
    Task<SmtpSession::Answer> hand_over(const ComposedEmail& message, Deadline deadline);
    Task<SmtpSession::Answer> connect(SmtpPool::Lease& lease, Deadline deadline);

    asio::any_io_executor executor_;
    const SmtpOptions options_;
    const Clock& clock_;
    asio::ssl::context tls_;
    SmtpPool pool_;
    SmtpTrouble login_trouble_;  // of the last login that was refused
    Deadline login_paused_until_{};
};

}  // namespace herald
