// Whom services do not write to any more, and what is to become that. Belongs to the Loop of its Database.
//
// What changes something takes a transaction: it belongs to what it follows from (a text message, a receipt).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "domain/recipients/suppression.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

using SuppressionId = Id<struct SuppressionTag>;

// By whom a suppression is found: the recipient is a keyed hash.
struct SuppressionKey
{
    ServiceId service_id;
    Channel channel = Channel::email;
    std::string recipient_hash;
};

struct NewSuppression
{
    SuppressionId id;
    SuppressionKey key;
    std::optional<std::string> recipient_sealed;  // bound to `id`; empty: the recipient is not known any more
    SuppressionReason reason = SuppressionReason::hard_bounce;
    std::optional<NotificationId> notification_id;  // what it came from
};

struct SuppressionRow
{
    SuppressionId id;
    Channel channel = Channel::email;
    std::optional<std::string> recipient_sealed;
    SuppressionReason reason = SuppressionReason::hard_bounce;
    std::optional<NotificationId> notification_id;
    Instant created_at{};
    std::string created_by_email;  // empty: nobody typed it
    std::optional<Instant> lifted_at;
    std::string lifted_by_email;  // empty on a lifted one: the recipient did
};

struct SuppressionFilter
{
    std::optional<Channel> channel;
    std::optional<std::string> recipient_hash;
    bool with_lifted = false;
    std::optional<SuppressionId> older_than;
};

// A message whose recipient is to be suppressed.
struct DueSuppression
{
    ServiceId service_id;
    NotificationId notification_id;
    SuppressionReason reason = SuppressionReason::hard_bounce;
    bool counts = true;                 // false: a test key's, or unknown
    Channel channel = Channel::email;   // when it counts
    std::optional<std::string> sealed;  // its contents; empty: purged
    std::optional<Instant> retry_at;    // for end_due: not now, but then
};

class SuppressionStore
{
public:
    explicit SuppressionStore(pg::Database& database) : database_(database) {}

    // Newest first.
    Task<std::vector<SuppressionRow>> list(ServiceId service, SuppressionFilter filter, std::int32_t page_size,
                                           Deadline deadline);
    Task<std::optional<SuppressionReason>> find(SuppressionKey key, Deadline deadline);

    // The reasons of those that were new, or whose bounce became a person's wish.
    static Task<std::vector<SuppressionReason>> add(pg::Transaction& transaction, std::vector<NewSuppression> wanted,
                                                    std::optional<UserId> author, Instant now, Deadline deadline);
    // False: it is not suppressed. Without an author: by the recipient.
    static Task<bool> lift(pg::Transaction& transaction, SuppressionKey key, std::optional<UserId> author, Instant now,
                           Deadline deadline);

    // Whether it was suppressed or lifted after this moment.
    static Task<bool> was_changed_since(pg::Transaction& transaction, SuppressionKey key, Instant since,
                                        Deadline deadline);

    // Work for suppress_recipients, which record_receipts and add_complaint leave. Held until the transaction ends.
    static Task<std::vector<DueSuppression>> list_due(pg::Transaction& transaction, Instant now, std::int32_t most,
                                                      Deadline deadline);
    static Task<> end_due(pg::Transaction& transaction, std::vector<DueSuppression> due, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
