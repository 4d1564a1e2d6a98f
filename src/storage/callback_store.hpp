// How the endpoints of services do, what they were told, and what is owed to them. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/services/callback.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// Of one service and type.
struct EndpointState
{
    ServiceId service_id;
    std::string service_name;
    CallbackType type = CallbackType::delivery_status;
    std::string url;
    std::int32_t failures = 0;  // in a row
    std::optional<Instant> failing_since;
    std::optional<Instant> paused_since;
    std::optional<Instant> probe_at;  // while paused: the next call
    std::int64_t waiting = 0;         // callbacks owed, counted up to kMostWaiting
};

struct CallbackAttempt
{
    Instant at{};
    CallbackType type = CallbackType::delivery_status;
    Uuid subject_id;  // of a notification, a complaint or an inbound_sms
    std::optional<NotificationId> notification_id;
    std::int16_t attempt = 1;
    CallbackOutcome outcome = CallbackOutcome::told;
    std::optional<std::int16_t> status;  // of HTTP
    milliseconds took{0};
    std::string detail;
};

// The column callback_type of a row, never null.
CallbackType read_callback_type(const pg::Rows& rows, std::size_t i);

class CallbackStore
{
public:
    static constexpr std::int32_t kMostWaiting = 10'000;

    explicit CallbackStore(pg::Database& database) : database_(database) {}

    // Of one service, or of all.
    Task<std::vector<EndpointState>> list_endpoints(std::optional<ServiceId> service, Deadline deadline);
    // The newest first; of one message, or of all.
    Task<std::vector<CallbackAttempt>> list_attempts(ServiceId service, std::optional<NotificationId> notification,
                                                     std::int32_t most, Deadline deadline);
    // Ends pauses, of one type or of all. How many there were.
    Task<std::int64_t> resume(ServiceId service, std::optional<CallbackType> type, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
