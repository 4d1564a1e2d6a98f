// An email as every provider of emails needs it: the two addresses of its envelope, and the MIME bytes. Pure and
// thread-safe.
#pragma once

#include <string>

#include "providers/mime.hpp"
#include "providers/provider.hpp"

namespace herald
{

struct ComposedEmail
{
    MailAddress from;
    MailAddress to;
    bool needs_smtputf8 = false;  // an address of envelope or headers is not ASCII
    std::string content;          // of build_mime()
};

// Fails (validation) naming the field that is wrong, never its value: the message can never be sent.
Result<ComposedEmail> compose_email(const OutgoingMessage& message, std::string message_id, Instant now);

}  // namespace herald
