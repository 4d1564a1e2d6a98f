// A message template and its versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"

namespace herald
{

struct Template
{
    TemplateId id;
    ServiceId service_id;
    std::int32_t version = 1;
    Channel type = Channel::sms;
    std::string name;
    std::string content;
    std::string subject;  // empty for sms
    bool archived = false;
    bool hidden = false;
    bool priority = false;  // process_type priority: its messages take the priority lane
    bool redact_personalisation = false;
    Instant created_at{};
    std::optional<Instant> updated_at;
    std::string created_by_email;
};

}  // namespace herald
