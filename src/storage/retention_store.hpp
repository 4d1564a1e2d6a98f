// How long services keep personal data, and where contents lie by it. Belongs to the Loop of its Database.
//
// services.retention_days_* is what counts; what is here tells who set it, and how far a change has come
// (ServiceStore::change_service starts one, operations/apply_retention.hpp carries it through).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// A setting that somebody made.
struct RetentionSetting
{
    Uuid id;  // the wire's
    Channel channel = Channel::sms;
    std::int32_t days = 0;
    Instant created_at{};
    std::optional<Instant> updated_at;
    Instant changed_at{};
    std::int64_t moved = 0;             // contents that go on another day by the last change
    std::int64_t forgotten = 0;         // contents that went at once by it, because their day had passed
    std::optional<Instant> applied_at;  // empty: it is on its way
};

struct RetentionChange
{
    ServiceId service_id;
    Channel channel = Channel::sms;
    Instant changed_at{};
    std::int32_t days = 0;
};

struct RetentionProgress
{
    std::int32_t days = 0;
    std::int32_t reach_days = 0;  // local days before the change in which there may be contents
    std::optional<Uuid> done_id;  // messages up to this one are done
    std::int64_t forgotten = 0;
};

// Contents that lie under one day and go on another.
struct PlacedContents
{
    ServiceId service_id;
    NotificationId id;
    LocalDate purge_on{};
    LocalDate becomes{};
};

struct MisplacedContents
{
    std::int64_t looked_at = 0;
    std::optional<Uuid> last_id;  // of those that were looked at
    std::vector<PlacedContents> rows;
};

class RetentionStore
{
public:
    using MessageKey = std::pair<ServiceId, NotificationId>;

    explicit RetentionStore(pg::Database& database) : database_(database) {}

    // By channel; the default is nobody's setting.
    Task<std::vector<RetentionSetting>> list(ServiceId service, Deadline deadline);
    // On their way, the oldest first, a hundred at the most.
    Task<std::vector<RetentionChange>> changes(Deadline deadline);

    // Holds the change until the transaction ends. nullopt: somebody else has it, or it is done or overtaken.
    static Task<std::optional<RetentionProgress>> take(pg::Transaction& transaction, RetentionChange change,
                                                       Deadline deadline);
    // Of the `most` messages behind `after` and before `before`: those of the change's channel whose contents lie
    // elsewhere than `days` has it, locked in the order of their ids.
    static Task<MisplacedContents> misplaced(pg::Transaction& transaction, RetentionChange change, std::int32_t days,
                                             Uuid after, Uuid before, LocalDate today, std::int32_t most,
                                             Deadline deadline);
    // Messages of before `before` that are under way although their contents were to go by `today`, behind `after`,
    // locked in the order of their keys. They are to stay until the day after.
    static Task<std::vector<PlacedContents>> unfinished_past(pg::Transaction& transaction, LocalDate today, Uuid before,
                                                             MessageKey after, std::int32_t most, Deadline deadline);
    // Moves them, facts and contents alike; contents whose day has passed by `today` are deleted. The messages are
    // locked.
    static Task<> place(pg::Transaction& transaction, std::vector<PlacedContents> rows, LocalDate today,
                        Deadline deadline);
    // Texts that came in, a batch: how many go on another day now.
    static Task<std::int64_t> place_inbound(pg::Transaction& transaction, ServiceId service, std::int32_t days,
                                            LocalDate today, std::int32_t most, Deadline deadline);
    // Adds to what the change has done. `finished` ends it.
    static Task<> note(pg::Transaction& transaction, RetentionChange change, Uuid done_id, std::int64_t moved,
                       std::int64_t forgotten, std::optional<Instant> finished, Deadline deadline);

    // Makes the days of contents that a retention of `days` needs, a few in a transaction, because everybody waits
    // while one is made. Without them contents fall into the default partition, which cannot be dropped by day.
    Task<> make_room(Instant now, std::int32_t days, Deadline deadline);
    // Takes what was deleted off the disk.
    Task<> vacuum(Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
