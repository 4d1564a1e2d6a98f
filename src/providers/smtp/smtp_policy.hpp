// What went wrong with a message on its way to the SMTP server, and what that means for it. The protocol's code
// reports; this one table decides. Pure and thread-safe.
#pragma once

#include <string>

#include "providers/provider.hpp"

namespace herald
{

enum class SmtpStep
{
    connect,
    greeting,
    hello,  // EHLO
    tls,    // STARTTLS and the handshake
    login,  // AUTH
    sender,
    recipient,
    data,
    content,  // from the moment that the message's last line may be on the wire: it may have been taken
};

enum class SmtpCause
{
    answered,     // by a reply that is not the one we need; `codes` says which
    lost,         // the connection
    timed_out,    // no answer by the deadline
    nonsense,     // something that is not an SMTP reply
    not_offered,  // the server lacks what the operator asked for: TLS, a way to log in
    cannot_take,  // the server lacks what this message needs: SMTPUTF8
};

struct SmtpTrouble
{
    SmtpStep step = SmtpStep::connect;
    SmtpCause cause = SmtpCause::lost;
    int code = 0;          // of the reply, when answered
    std::string enhanced;  // likewise; may be empty
    std::string more;      // for people: a reason of the system or of TLS; no personal data, no secret
};

SendStatus status_of(const SmtpTrouble& trouble);
// "RCPT: 550 5.1.1", "connect: Connection refused". Nothing of what a server wrote but its codes.
std::string describe(const SmtpTrouble& trouble);

}  // namespace herald
