// Changes of status as the change feed reads them. Belongs to the Loop of its Database. What a service reads, it reads
// behind the second wall between tenants (read_as_tenant.hpp).
//
// Events have ever larger numbers, drawn when they are written; but a number that was drawn early may be committed
// late. So the feed is read up to a horizon only: a number up to which nothing can appear any more
// (docs/architecture.md, "Change feed").
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

// How far the feed may be read, by the database.
struct ChangeState
{
    Instant at{};         // when this was so, by the clock of the database
    std::string lineage;  // another one: numbers may have begun anew
    std::int64_t drawn = 0;
    std::optional<std::int64_t> marked;   // the newest mark
    std::optional<std::int64_t> settled;  // the newest one that is a horizon
    std::optional<Instant> settled_at;
    std::optional<Instant> waiting_since;  // the oldest mark that is no horizon yet
    std::optional<LocalDate> kept_since;   // the first UTC day whose events are kept

    // Nothing is under way: all that was drawn may be read.
    [[nodiscard]] bool is_complete() const { return settled.value_or(0) >= drawn; }
};

// A place in the order of changes: behind the number `seq`. What is behind it was written after `at`, give or take what
// clocks differ by (kClockSlack).
struct ChangePlace
{
    std::int64_t seq = 0;
    Instant at{};
};

// Partitions of events are found by the clocks of those who wrote them, which agree within this.
inline constexpr std::chrono::hours kClockSlack{24};

struct Change
{
    std::int64_t seq = 0;
    Instant at{};
    NotificationId notification_id;
    NotificationStatus status = NotificationStatus::created;
    TemplateId template_id;
    std::int32_t template_version = 0;
    Channel channel = Channel::sms;
    std::optional<std::string> client_reference;
};

struct ChangeFilter
{
    KeyType key_type = KeyType::normal;
    bool include_jobs = false;
};

struct ExaminedChanges
{
    std::vector<Change> shown;
    ChangePlace last;  // that was looked at, shown or not; where the reading began when there was none
    std::int64_t examined = 0;
};

// Who waits, and behind which place.
struct ChangeWait
{
    ServiceId service_id;
    ChangePlace after;
};

class ChangeStore
{
public:
    explicit ChangeStore(pg::Database& database) : database_(database) {}

    Task<ChangeState> state(Deadline deadline);
    // Marks what was drawn by `state`. It becomes a horizon once all that run now have ended.
    Task<> mark(ChangeState state, Deadline deadline);
    // Behind `after`, up to the number `up_to`, written before `before`; at most `count` are looked at.
    Task<ExaminedChanges> list(ServiceId service, ChangeFilter filter, ChangePlace after, std::int64_t up_to,
                               Instant before, std::int32_t count, Deadline deadline);
    // The indices of those who have something to read. Across services.
    Task<std::vector<std::size_t>> changed(std::vector<ChangeWait> waiting, std::int64_t up_to, Instant before,
                                           Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
