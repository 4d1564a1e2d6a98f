#include "http/auth/sns_authenticator.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "http/callbacks/handlers.hpp"

namespace herald::http
{

Task<Result<Principal>> SnsAuthenticator::authenticate(Auth auth, const Request& request)
{
    if (auth != Auth::sns_signed) co_return co_await others_.authenticate(auth, request);
    if (!options_.receive_inbound_sms && request.route->path == callbacks::kInboundSmsPath) co_return Principal{};
    std::string type(request.header("x-amz-sns-message-type").value_or(""));
    auto message = co_await source_.verify(std::move(type), request.body, clock_.now(), request.deadline);
    if (!message)
    {
        metrics::counter("herald_receipts_refused_total", "Messages posted as a provider's that are not proven to be")
            .Increment();
        // Anybody may post here: what strangers do is counted, and does not write the log.
        log::debug("a message that claims to be of SNS was refused", {{"reason", message.error().detail}});
        co_return Failure(sns_failure(std::move(message.error()), *request.route));
    }
    Principal principal;
    principal.message = std::make_shared<const SignedMessage>(std::move(*message));
    co_return principal;
}

Error sns_failure(Error error, const Route& route)
{
    if (error.kind != ErrorKind::bad_request) return error;
    const bool is_email = route.path.starts_with("/notifications/email/");
    error.message = std::string(is_email ? "" : "SMS-SNS callback failed with error: ") +
                    "SES-SNS callback failed: " + error.message;
    return error;
}

}  // namespace herald::http
