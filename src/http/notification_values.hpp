// How v1 and the internal API show parts of a notification.
#pragma once

#include <string>

#include "storage/notification_store.hpp"

namespace herald::http
{

// Whole seconds: "2026-11-23T09:05:07+00:00".
inline std::string format_seconds(Instant instant)
{
    return format_v1(std::chrono::floor<std::chrono::seconds>(instant));
}

inline std::string id_text(const Uuid& id)
{
    return id.to_string();
}

// As in the reference, where they are counted as the message is handed over, and never for a test key.
inline std::int16_t shown_billable_units(const NotificationRow& row)
{
    return row.sent_at && row.key_type != KeyType::test ? row.billable_units : std::int16_t{0};
}

}  // namespace herald::http
