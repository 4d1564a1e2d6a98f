// Takes messages from the queue and has them handed over, many at once.
//
// A hand-off occupies one of its provider's places until the provider has answered, so a slow provider holds up its own
// messages only; for whom there is no place nothing is claimed. Recording a result occupies no place. A new claim
// starts as soon as there is room, never when a batch has ended, and what is claimed begins at once: a message that was
// just accepted stands behind one claim, not behind a backlog.
//
// Belongs to one Loop. Several workers, in any number of processes, share the work.
#pragma once

#include "operations/deliver_notifications.hpp"
#include "queue/queue.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

struct DeliveryCounts
{
    std::size_t claimed = 0;
    std::size_t released = 0;  // given back unbegun
    std::size_t recorded = 0;
    std::size_t lost = 0;  // ended without a recorded result: its lease will end, and it is tried again as uncertain
};

class DeliveryWorker
{
public:
    struct Options
    {
        std::size_t batch = 200;       // the most claimed at once
        std::size_t unrecorded = 600;  // claimed and not recorded: no more are claimed above it
        milliseconds poll{1000};       // looks this often without being woken
        milliseconds pause{1000};      // after a failed claim
        seconds database_timeout{20};
    };

    // `wake_up` is the one that `queue` raises; the worker is the one that waits for it.
    DeliveryWorker(asio::any_io_executor executor, DeliveryQueue& queue, DeliverNotifications& deliver, WakeUp& wake_up,
                   const Clock& clock, Options options);

    // Works until stop is requested; then claims nothing, gives back what has not begun and returns when all that is
    // under way has ended (each hand-off and each record has its deadline). Does not throw: while the database is away
    // it waits.
    Task<> run(StopToken stop);
    // One claim, and all of it to its end. Throws what the claim throws. Not beside run().
    Task<DeliveryCounts> run_once();

private:
    class Place;

    [[nodiscard]] std::size_t recordable() const;
    ClaimRoom room();
    void room_changed();
    Task<std::vector<ClaimedDelivery>> claim();
    Task<> begin(std::vector<ClaimedDelivery> claimed, const StopToken* stop);
    Task<> work(StopToken stop);
    Task<> deliver(ClaimedDelivery claimed);
    Task<> give_back(std::vector<ClaimedDelivery> claimed);
    Task<> wake_at_stop(StopToken stop);

    DeliveryQueue& queue_;
    DeliverNotifications& deliver_;
    WakeUp& wake_up_;
    const Clock& clock_;
    const Options options_;
    std::size_t unrecorded_ = 0;
    // The last claim had no room for a channel: who waits for it is woken when there is some.
    bool lacks_email_ = false;
    bool lacks_sms_ = false;
    DeliveryCounts counts_;
    TaskScope scope_;
};

}  // namespace herald
