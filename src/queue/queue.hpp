// The delivery queue: durable, in the same database as the messages, written in the same transaction that accepts them.
//
// Claims rotate over the services that have queued work, so a service with a million messages delays another's single
// one by one batch. A claim is a lease with a fencing number: when it ends without a result, the message is uncertain
// and is tried again later.
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
    seconds lease{60};             // longer than any hand-off may take
    seconds uncertain_pause{120};  // after a lost lease: time for a receipt to settle it
    seconds rewind_every{1};       // cursors start over, to see what came in below them
};

// A message to hand over now. The numbers are those of domain/notifications.
struct ClaimedDelivery
{
    std::int16_t lane = 0;
    ServiceId service_id;
    NotificationId id;
    std::int16_t attempt = 1;
    std::int64_t fence = 0;
    TemplateId template_id;
    std::int32_t template_version = 0;
    std::int16_t key_type = 0;
    std::int16_t channel = 0;
    bool international = false;
    std::string sealed;  // empty: its contents are gone
};

class DeliveryQueue
{
public:
    DeliveryQueue(pg::Database& database, WakeUp& wake_up, QueueOptions options);

    // Something was queued there: look soon. From any thread.
    void hint(std::int16_t lane, ServiceId service);
    // Reads which services ever queued something; finds the work of other processes and of before a restart.
    Task<> refresh_services(Deadline deadline);
    // Up to `most` messages, priority lane first, a fair share of each service. Empty: nothing to do until the next
    // hint or refresh.
    Task<std::vector<ClaimedDelivery>> claim(std::size_t most, Instant now, Deadline deadline);
    // Gives back what was claimed and not yet handed over.
    Task<> release(std::vector<ClaimedDelivery> claimed, Deadline deadline);
    // How many went back into their lane.
    Task<std::int64_t> move_due_retries(Instant now, Deadline deadline);
    Task<std::int64_t> recover_expired_leases(Instant now, Deadline deadline);

private:
    using Place = std::pair<std::int16_t, ServiceId>;
    struct PlaceOrder
    {
        bool operator()(const Place& a, const Place& b) const
        {
            return a.first != b.first ? a.first < b.first : a.second.value < b.second.value;
        }
    };

    void take_hints();
    std::vector<Place> next_places(std::size_t most);
    void note_claimed(const std::vector<Place>& asked, const std::vector<ClaimedDelivery>& claimed, std::size_t quota);

    pg::Database& database_;
    WakeUp& wake_up_;
    const QueueOptions options_;
    const Uuid holder_;
    // Places that may have work: a rotation per lane. `cursor_` is the id after which to look.
    std::map<std::int16_t, std::deque<ServiceId>> busy_;
    std::set<Place, PlaceOrder> is_busy_;
    std::map<Place, Uuid, PlaceOrder> cursor_;
    Deadline rewind_at_;

    std::mutex mutex_;  // guards hints_
    std::set<Place, PlaceOrder> hints_;
};

}  // namespace herald
