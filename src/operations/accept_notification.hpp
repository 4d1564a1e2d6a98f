// Takes one message from a service: checks it in the order of the contract, renders it, seals what is personal and
// writes it durably. Belongs to one Loop. Used by the public API; jobs come later through the same writer.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "operations/idempotency.hpp"
#include "operations/notification_contents.hpp"
#include "operations/notification_writer.hpp"
#include "operations/rate_limiter.hpp"
#include "operations/service_directory.hpp"

namespace herald
{

struct AcceptOptions
{
    std::string email_domain = "notify.localhost";
    std::string sms_from_number = "+12025550100";
    std::string default_region = "US";
    std::string admin_base_url = "http://localhost:6012";
};

// What the caller asked for: well-formed by the request's schema, nothing else checked yet.
struct MessageRequest
{
    Channel channel = Channel::sms;
    std::string recipient;
    TemplateId template_id;
    json::object personalisation;
    std::optional<std::string> reference;
    std::optional<Uuid> sender_id;  // sms_sender_id or email_reply_to_id
    std::optional<std::string> one_click_unsubscribe_url;
    std::vector<std::string> sanitise_content_for;
    std::optional<std::string> idempotency_key;
    std::string body;  // as received: what an Idempotency-Key is bound to
};

struct AcceptedMessage
{
    NotificationId id;
    std::optional<std::string> reference;
    TemplatePtr from_template;
    std::string body;
    std::string subject;  // email
    std::string from;     // sms: from_number; email: from_email
    std::optional<std::string> one_click_unsubscribe_url;
    json::object sanitised_content;
};

class AcceptNotification
{
public:
    AcceptNotification(ServiceDirectory& directory, RateLimiter& limiter, IdempotencyKeys& idempotency,
                       NotificationWriter& writer, const KeyRing& keys, const Clock& clock, const TimeZone& zone,
                       AcceptOptions options);

    // The answer's text in wire form, made by the caller's `serialise` before the commit, so that it commits with the
    // message when there is an Idempotency-Key. `rate` tells what to put into the RateLimit headers, also for an Error.
    using Serialise = std::function<std::string(const AcceptedMessage&)>;
    Task<Result<std::string>> accept(ServicePtr service, ApiKey key, MessageRequest request, Serialise serialise,
                                     RateDecision& rate, Deadline deadline);

    [[nodiscard]] const AcceptOptions& options() const { return options_; }

private:
    struct Draft
    {
        AcceptedMessage message;
        NewNotification row;
        NotificationContents contents;
        Result<void> length;  // of the message; too long is said last
        bool simulated = false;
    };

    Task<Result<std::string>> accept_once(const ServicePtr& service, const ApiKey& key, const MessageRequest& request,
                                          const Serialise& serialise, std::optional<Uuid> idempotency_holder,
                                          Deadline deadline);
    Task<Result<TemplatePtr>> find_template(const MessageRequest& request, ServiceId service, Deadline deadline);
    Result<Draft> draft(const ServiceContext& service, const ApiKey& key, const MessageRequest& request,
                        TemplatePtr from_template) const;
    Result<void> choose_sender(const ServiceContext& service, const MessageRequest& request, Draft& draft) const;
    Result<void> check_recipient(const ServiceContext& service, const ApiKey& key, const MessageRequest& request,
                                 Draft& draft) const;
    Result<void> render(const ServiceContext& service, const MessageRequest& request, Draft& draft) const;
    void fill_row(const Service& service, const ApiKey& key, const MessageRequest& request, Draft& draft) const;

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
