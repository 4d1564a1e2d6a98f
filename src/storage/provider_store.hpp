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
    // Of its text messages, those that take over five minutes; of list_providers alone. Empty: too few to say.
    std::optional<double> slow_share = {};
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

// How long the text messages of a provider took, of those that were handed over in the last quarter of an hour and at
// least `minutes` ago.
struct ProviderSpeed
{
    std::string name;
    bool active = true;
    std::int32_t minutes = 0;  // 1, 5 or 10
    std::int64_t judged = 0;
    std::int64_t slow = 0;  // had not arrived within so many minutes
};

// What a process that delivers asks: an edge, so that a simulation can stand in for it.
class ProviderRecords
{
public:
    virtual ~ProviderRecords() = default;
    // By channel, then name.
    virtual Task<std::vector<ProviderRow>> list(Deadline deadline) = 0;
    // Those that are not known yet begin active and with priority 100.
    virtual Task<> add_missing(std::vector<ProviderName> all, Instant now, Deadline deadline) = 0;
    // Moves `step` of its priority to the others, unless it was moved since `not_since` or there are no others that are
    // active. How many providers changed.
    virtual Task<std::int64_t> demote(ProviderName which, std::int32_t step, std::string reason, Instant not_since,
                                      Instant now, Deadline deadline) = 0;
    // Into the history alone.
    virtual Task<> note(ProviderName which, std::string reason, Instant now, Deadline deadline) = 0;
};

class ProviderStore final : public ProviderRecords
{
public:
    explicit ProviderStore(pg::Database& database) : database_(database) {}

    Task<std::vector<ProviderRow>> list(Deadline deadline) override;
    Task<> add_missing(std::vector<ProviderName> all, Instant now, Deadline deadline) override;
    Task<std::int64_t> demote(ProviderName which, std::int32_t step, std::string reason, Instant not_since, Instant now,
                              Deadline deadline) override;
    Task<> note(ProviderName which, std::string reason, Instant now, Deadline deadline) override;
    // Newest first. Empty: of all.
    Task<std::vector<ProviderEvent>> history(std::optional<ProviderName> of, std::int32_t most, Deadline deadline);
    // False: no such provider.
    Task<bool> change(ProviderName which, ProviderUpdate update, std::string reason, std::optional<UserId> author,
                      Instant now, Deadline deadline);
    // By name and minutes. All processes see the same.
    Task<std::vector<ProviderSpeed>> measure_speeds(Instant now, Deadline deadline);
    // All that were moved, a step back; not in a channel where something was moved since `not_since`. How many.
    Task<std::int64_t> restore(std::int32_t step, Instant not_since, Instant now, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
