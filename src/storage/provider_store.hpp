// What is decided about providers, by operators and by Herald itself. Belongs to the Loop of its Database.
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

struct ProviderName
{
    Channel channel = Channel::sms;
    std::string name;
};

struct ProviderRow
{
    Channel channel = Channel::sms;
    std::string name;
    std::int32_t priority = 100;          // 0..100: its weight among the active ones of its channel
    std::int32_t resting_priority = 100;  // what an operator last said; Herald moves away from it and back
    bool active = true;
    bool international = true;  // takes messages that leave the country
    std::optional<Instant> updated_at;
    std::string updated_by_email;  // empty: unknown
};

// Empty keeps.
struct ProviderUpdate
{
    std::optional<std::int32_t> priority;
    std::optional<bool> active;
    std::optional<bool> international;
};

struct ProviderEvent
{
    Channel channel = Channel::sms;
    std::string name;
    Instant at{};
    std::int32_t priority = 0;
    bool active = true;
    bool international = true;
    std::string reason;
    std::string author_email;  // empty: Herald itself
};

class ProviderStore
{
public:
    explicit ProviderStore(pg::Database& database) : database_(database) {}

    // By channel, then name.
    Task<std::vector<ProviderRow>> list(Deadline deadline);
    // Newest first. Empty: of all.
    Task<std::vector<ProviderEvent>> history(std::optional<ProviderName> of, std::int32_t most, Deadline deadline);
    // Those that are not known yet begin active and with priority 100.
    Task<> add_missing(std::vector<ProviderName> all, Instant now, Deadline deadline);
    // False: no such provider.
    Task<bool> change(ProviderName which, ProviderUpdate update, std::string reason, std::optional<UserId> author,
                      Instant now, Deadline deadline);
    // Moves `step` of its priority to the others, unless it was moved since `not_since` or there are no others that are
    // active. How many providers changed.
    Task<std::int64_t> demote(ProviderName which, std::int32_t step, std::string reason, Instant not_since, Instant now,
                              Deadline deadline);
    // All that were moved, a step back; not in a channel where something was moved since `not_since`. How many.
    Task<std::int64_t> restore(std::int32_t step, Instant not_since, Instant now, Deadline deadline);
    // Into the history alone.
    Task<> note(ProviderName which, std::string reason, Instant now, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
