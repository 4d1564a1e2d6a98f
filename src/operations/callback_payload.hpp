// What is said in a callback, in the words of the family. Pure; thread-safe.
//
// Security: recipients and senders are opened here and go into the request only.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "domain/services/callback.hpp"

namespace herald
{

// A callback to make, as it was claimed: everything is read, nothing opened yet. What is missing was deleted.
struct CallbackTask
{
    ServiceId service_id;
    CallbackType type = CallbackType::delivery_status;
    Uuid subject_id;  // of a notification, a complaint or an inbound_sms
    std::int16_t attempt = 1;
    std::int64_t fence = 0;
    bool is_probe = false;  // the one call that a paused endpoint gets
    std::optional<std::string> url;
    std::string secrets_sealed;
    bool service_active = false;

    struct Notification  // of a delivery_status and a complaint
    {
        NotificationId id;
        NotificationStatus status = NotificationStatus::created;
        Channel channel = Channel::sms;
        TemplateId template_id;
        std::int32_t template_version = 0;
        std::optional<std::string> reference;
        Instant created_at{};
        std::optional<Instant> sent_at;
        std::optional<Instant> updated_at;
    };
    std::optional<NotificationId> notification_id;
    std::optional<Notification> notification;
    std::string contents_sealed;  // empty: purged
    std::optional<Instant> complained_at;
    std::optional<std::string> notify_number;  // of an inbound_sms
    std::string inbound_sealed;
    std::optional<Instant> received_at;
};

// The body. not_found: what there was to tell is gone; unavailable: sealed with a key that is not in the ring (yet).
Result<std::string> callback_body(const KeyRing& keys, const CallbackTask& task);
// Of the request that the message was accepted with; empty: it is not known (any more).
std::string callback_trace_id(const KeyRing& keys, const CallbackTask& task);

}  // namespace herald
