// Takes one message from a service: checks it in the order of the contract, renders it, seals what is personal and
// writes it durably. Belongs to one Loop. Used by the public API; jobs come later through the same writer.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "operations/draft_notification.hpp"
#include "operations/idempotency.hpp"
#include "operations/notification_writer.hpp"
#include "operations/rate_limiter.hpp"
#include "operations/service_directory.hpp"

namespace herald
{

class AcceptNotification
{
public:
    AcceptNotification(ServiceDirectory& directory, RateLimiter& limiter, IdempotencyKeys& idempotency,
                       NotificationWriter& writer, const KeyRing& keys, const Clock& clock, const TimeZone& zone,
                       AcceptOptions options);

    // The answer's text in wire form, made by the caller's `serialise` before the commit, so that it commits with the
    // message when there is an Idempotency-Key. `rate` tells what to put into the RateLimit headers, also for an Error.
    //
    // A message to a simulated recipient is answered like any other and not written.
    using Serialise = std::function<std::string(const AcceptedMessage&)>;
    Task<Result<std::string>> accept(ServicePtr service, ApiKey key, MessageRequest request, Serialise serialise,
                                     RateDecision& rate, Deadline deadline);

    [[nodiscard]] const AcceptOptions& options() const { return options_; }

private:
    // One request, for the length of its coroutine.
    struct Call
    {
        const ServicePtr& service;
        const ApiKey& key;
        const MessageRequest& request;
        const Serialise& serialise;
        std::optional<Uuid> idempotency_holder;
        Deadline deadline;
    };

    Task<Result<std::string>> accept_idempotently(Call call);
    Task<Result<std::string>> accept_once(Call call);
    Task<> release(ServiceId service, std::string key, Uuid holder);
    Task<Result<TemplatePtr>> find_template(const MessageRequest& request, ServiceId service, Deadline deadline);
    Task<Result<std::string>> write(Call call, NewNotification row, std::string answer);

    ServiceDirectory& directory_;
    RateLimiter& limiter_;
    IdempotencyKeys& idempotency_;
    NotificationWriter& writer_;
    const KeyRing& keys_;
    const Clock& clock_;
    const TimeZone& zone_;
    const AcceptOptions options_;
};

}  // namespace herald
