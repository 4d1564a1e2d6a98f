// Where messages come from, for people who look at them in the admin app. Belongs to the Loop of its Database.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "storage/user_store.hpp"

namespace herald
{

// What NotificationRow, which a service reads, does not hold.
struct NotificationOrigin
{
    std::optional<User> created_by;
    std::optional<std::string> api_key_name;
    std::optional<std::string> phone_prefix;
    std::int16_t rate_multiplier = 1;
};

class NotificationOriginStore
{
public:
    explicit NotificationOriginStore(pg::Database& database) : database_(database) {}

    // Those that are found.
    Task<std::map<NotificationId, NotificationOrigin>> list(ServiceId service, std::vector<NotificationId> ids,
                                                            Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
