// How long one message alone takes from its 201 to the provider. For `herald bench deliver`.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "app/bench/site.hpp"
#include "domain/notifications/notification.hpp"

namespace herald::bench
{

struct LoneMessages
{
    DemoService service;
    std::uint16_t port = 0;
    Channel channel = Channel::sms;
    // When the message reached its provider; nullopt: not yet.
    std::function<std::optional<Instant>(NotificationId)> reached;
};

struct HandOffTimes
{
    double p50_ms = 0;
    double p95_ms = 0;
    double p99_ms = 0;
    std::vector<NotificationId> accepted;
};

// Some hundred messages, one after the other. Blocking. Throws std::runtime_error when one is not accepted or does not
// arrive within a minute.
HandOffTimes measure_hand_off(const LoneMessages& lone);

}  // namespace herald::bench
