// What the delivery queue asks of its database. PostgreSQL's is queue/postgres_queue_store.hpp; the simulation's is in
// tests/simulation, and a test holds both to the same answers.
//
// Every method is one transaction, throws pg::Unavailable or DeadlineExceeded (whether it took effect is unknown) or
// pg::SqlError (it did not), and belongs to a Loop.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "runtime/task.hpp"

namespace herald
{

// A message to hand over now. The numbers are those of domain/notifications.
struct ClaimedDelivery
{
    std::int16_t lane = 0;
    ServiceId service_id;
    NotificationId id;
    std::int16_t attempt = 1;
    std::int64_t fence = 0;
    bool uncertain = false;  // an earlier attempt may have gone out: find out before sending again
    TemplateId template_id;
    std::int32_t template_version = 0;
    std::int16_t key_type = 0;
    std::int16_t channel = 0;
    bool international = false;
    std::string provider;  // of its share: whom this attempt will be offered to, as its event says. Empty: nobody
    std::string sealed;    // empty: its contents are gone
    bool suppressed_since = false;  // its service may have suppressed somebody since it was accepted
    // From then on it may be somebody else's. DeliveryQueue counts it from before the claim, so the lease lasts longer.
    Deadline held_until = Deadline::max();
};

using DeliveryPlace = std::pair<std::int16_t, ServiceId>;      // lane and service
using DeliveryShelf = std::pair<DeliveryPlace, std::int16_t>;  // a channel of a place

// Where to look and what to take.
struct ClaimAsk
{
    DeliveryShelf shelf;
    Uuid after;             // ids above this one
    std::int32_t most = 0;  // to take
    std::string provider;   // as ClaimShare has them
    std::string abroad;
    std::string other;
};

// Retries that are back in their lane.
struct MovedRetries
{
    DeliveryShelf shelf;
    std::int64_t count = 0;
    Uuid oldest;
};

class QueueStore
{
public:
    virtual ~QueueStore() = default;

    virtual Task<std::vector<DeliveryPlace>> list_places(Deadline deadline) = 0;
    // Leases for `lease` by the clock of the store, under the name of `holder`. In the order of lane and id. Writes the
    // event of each attempt.
    virtual Task<std::vector<ClaimedDelivery>> claim(std::vector<ClaimAsk> asked, Uuid holder, seconds lease,
                                                     Instant now, Deadline deadline) = 0;
    // As retries that are due at once and the same attempt; a lease with another fence stays.
    virtual Task<> release(std::vector<ClaimedDelivery> claimed, Deadline deadline) = 0;
    // All leases of these holders, likewise.
    virtual Task<> release_claims(std::vector<Uuid> holders, Deadline deadline) = 0;
    virtual Task<std::vector<MovedRetries>> move_due_retries(Instant now, std::int32_t most, Deadline deadline) = 0;
    // Those that have ended by the clock of the store: retries at `retry_at`, uncertain, as the next attempt. How many.
    virtual Task<std::int64_t> recover_expired_leases(Instant now, std::int32_t most, Instant retry_at,
                                                      Deadline deadline) = 0;
};

}  // namespace herald
