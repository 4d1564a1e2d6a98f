// Auth::sns_signed: the body is a message of Amazon SNS, of a topic of ours. Everyone else's authenticator stands
// behind.
#pragma once

#include "base/clock.hpp"
#include "http/server/authenticator.hpp"
#include "providers/receipt_source.hpp"

namespace herald::http
{

class SnsAuthenticator final : public Authenticator
{
public:
    struct Options
    {
        // False: text messages to our numbers are let through without their message, to be answered and forgotten, as
        // the family has it.
        bool receive_inbound_sms = false;
    };

    // The references are kept.
    SnsAuthenticator(ReceiptSource& source, Authenticator& others, const Clock& clock, Options options)
        : source_(source), others_(others), clock_(clock), options_(options)
    {
    }

    Task<Result<Principal>> authenticate(Auth auth, const Request& request) override;

private:
    ReceiptSource& source_;
    Authenticator& others_;
    const Clock& clock_;
    const Options options_;
};

// The error in the words of the route (validation.md, section 9). What means "later" stays what it is.
Error sns_failure(Error error, const Route& route);

}  // namespace herald::http
