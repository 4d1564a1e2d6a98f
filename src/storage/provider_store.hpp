// What operators decided about providers. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct ProviderRow
{
    Channel channel = Channel::sms;
    std::string name;
    std::int32_t priority = 100;  // 0..100: its weight among the active ones of its channel
    bool active = true;
    std::optional<Instant> updated_at;
    std::string updated_by_email;  // empty: unknown
};

class ProviderStore
{
public:
    explicit ProviderStore(pg::Database& database) : database_(database) {}

    // By channel, then name.
    Task<std::vector<ProviderRow>> list(Deadline deadline);
    // Empty keeps. False: no such row.
    Task<bool> change(Channel channel, std::string name, std::optional<std::int32_t> priority,
                      std::optional<bool> active, std::optional<UserId> author, Instant now, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
