// The delivery queue: durable, in the same database as the messages, written in the same transaction that accepts them.
//
// Claims rotate over the services that have queued work, so a service with a million messages delays another's single
// one by one batch. A claim is a lease with a fencing number: when it ends without a result, the message is uncertain
// and is tried again later. Leases are kept by the clock of the database; `now` is for events and pauses only.
//
// hint() is thread-safe; everything else belongs to the Loop of the store.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "queue/queue_store.hpp"
#include "runtime/loop.hpp"

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
    std::function<Uuid()> name_claim = make_uuid_v4;  // unlike any other process's
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
    DeliveryQueue(QueueStore& store, WakeUp& wake_up, QueueOptions options);

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
    using Place = DeliveryPlace;
    using Shelf = DeliveryShelf;

    void take_hints(Instant now);
    void rewind(Instant now, std::set<Place>& to_look_at);
    // The shelves of a channel of which a share takes messages: those of the test lane, or of all others.
    [[nodiscard]] std::size_t count_shelves(std::int16_t channel, bool of_test_lane) const;
    std::vector<Shelf> next_shelves(std::int16_t channel, bool of_test_lane, std::size_t most);
    void add_asks(std::vector<ClaimAsk>& asked, std::int16_t channel, bool of_test_lane, const ClaimShare& share);
    std::vector<ClaimAsk> next_asks(const ClaimRoom& room);
    Task<std::vector<ClaimedDelivery>> claim_asked(std::vector<ClaimAsk> asked, Instant now, Deadline deadline);
    Task<> release_lost_claims(Deadline deadline);
    void note_claimed(const std::vector<ClaimAsk>& asked, const std::vector<ClaimedDelivery>& claimed, Instant now);

    QueueStore& store_;
    WakeUp& wake_up_;
    const QueueOptions options_;
    // Shelves that may have work: a rotation for each channel and lane. Channels turn by themselves, because one may
    // have room for two services where another has it for all. `cursor_` is the id after which to look, where something
    // was claimed since cursors went back to the beginning; `lowered_` is where they were put back to since the claim
    // that is under way began.
    std::map<std::pair<std::int16_t, std::int16_t>, std::deque<ServiceId>> busy_;
    std::set<Shelf> is_busy_;
    std::map<Shelf, Uuid> cursor_;
    std::map<Shelf, Uuid> lowered_;
    Deadline rewind_at_;
    Deadline rewind_fully_at_;
    // Claims whose answer was lost, by holder, and until when they may still take effect.
    std::map<Uuid, Deadline> lost_claims_;
    Deadline release_at_{};

    std::mutex mutex_;  // guards hints_
    std::set<Place> hints_;
};

}  // namespace herald
