// The delivery queue: durable, in the same database as the messages, written in the same transaction that accepts them.
//
// Claims rotate over the services that have queued work, so a service with a million messages delays another's single
// one by one batch. A claim is a lease with a fencing number: when it ends without a result, the message is uncertain
// and is tried again later. Leases are kept by the clock of the database; `now` is for events and pauses only.
//
// hint() is thread-safe; everything else belongs to the Loop of the Database.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "runtime/loop.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct QueueOptions
{
    seconds lease{120};            // longer than a claim, a hand-off and the record of its result may take
    seconds uncertain_pause{120};  // after a lost lease: time for a receipt to settle it
    // Cursors go back to see what came in below them: so often to messages as old as `late`, which is longer than an
    // accepted message takes to its commit and hosts' clocks differ, and so often to the beginning. Beside a long
    // snapshot (pg_dump) all that was ever claimed is read again from where they go back to.
    seconds rewind_every{1};
    seconds late{60};
    seconds rewind_fully_every{60};
    milliseconds stragglers{300};  // a cursor stays so far behind: ids do not become visible in their order
};

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
    bool suppressed_since = false;  // its service has suppressed somebody since it was accepted
};

// To whom the claimed messages of a channel will be offered, and how many at the most. Whoever has no room is left
// alone, also when a million messages wait for it.
struct ClaimShare
{
    std::size_t room = 0;
    std::string provider;
    std::string abroad = {};  // for those that leave the country; empty: nobody sends there
    std::string other = {};   // for those that `provider` has just failed to take; empty: there is no other
};

struct ClaimRoom
{
    ClaimShare email;
    ClaimShare sms;
    ClaimShare test;  // the lane of test keys, both channels

    [[nodiscard]] bool is_empty() const { return email.room == 0 && sms.room == 0 && test.room == 0; }
};

class DeliveryQueue
{
public:
    DeliveryQueue(pg::Database& database, WakeUp& wake_up, QueueOptions options);

    // Something was queued there: look soon. From any thread.
    void hint(std::int16_t lane, ServiceId service);
    // Finds which services have something queued: the work of other processes and of before a restart.
    Task<> refresh_services(Deadline deadline);
    // In the order of the lanes, a fair share of each service. Empty: nothing to do until the next hint or refresh, or
    // until a channel that had no room has some. When its answer is lost, what it had taken all the same is given back
    // by the claims that follow.
    Task<std::vector<ClaimedDelivery>> claim(ClaimRoom room, Instant now, Deadline deadline);
    // Gives back what was claimed and not yet handed over; move_due_retries finds it at once.
    Task<> release(std::vector<ClaimedDelivery> claimed, Deadline deadline);
    // Puts retries that are due back into their lane, and hints there. How many; at most kMoveBatch.
    Task<std::int64_t> move_due_retries(Instant now, Deadline deadline);
    // Takes messages from holders that died; each is tried again as uncertain, and the lost attempt counts. How many;
    // at most kMoveBatch.
    Task<std::int64_t> recover_expired_leases(Instant now, Deadline deadline);
    static constexpr std::int32_t kMoveBatch = 2000;

private:
    using Place = std::pair<std::int16_t, ServiceId>;  // lane and service
    using Shelf = std::pair<Place, std::int16_t>;      // a channel of a place
    struct Ask
    {
        Shelf shelf;
        std::size_t quota = 0;
        const ClaimShare* share = nullptr;
    };

    void take_hints(Instant now);
    void rewind(Instant now, std::set<Place>& to_look_at);
    void add_hints(const pg::Rows& rows);
    std::vector<Place> next_places(std::size_t most);
    Task<std::vector<ClaimedDelivery>> claim_from(std::vector<Place> places, ClaimRoom room, Instant now,
                                                  Deadline deadline);
    static std::vector<Ask> asks(const std::vector<Place>& places, const ClaimRoom& room);
    pg::Params claim_params(const std::vector<Ask>& asked, Uuid holder, Instant now);
    Task<> release_lost_claims(Deadline deadline);
    void note_claimed(const std::vector<Ask>& asked, const std::vector<ClaimedDelivery>& claimed, Instant now);

    pg::Database& database_;
    WakeUp& wake_up_;
    const QueueOptions options_;
    // Places that may have work: a rotation per lane. `cursor_` is the id after which to look, where something was
    // claimed since cursors went back to the beginning.
    std::map<std::int16_t, std::deque<ServiceId>> busy_;
    std::set<Place> is_busy_;
    std::map<Shelf, Uuid> cursor_;
    Deadline rewind_at_;
    Deadline rewind_fully_at_;
    // Claims whose answer was lost, by holder, and until when they may still take effect.
    std::map<Uuid, Deadline> lost_claims_;
    Deadline release_at_{};

    std::mutex mutex_;  // guards hints_
    std::set<Place> hints_;
};

}  // namespace herald
