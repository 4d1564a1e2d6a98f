// Takes messages from the queue and has them handed over, many at once.
//
// A hand-off occupies one of its channel's places until the provider has answered, so a slow provider fills its own
// channel and no other; what is full is not claimed. Recording a result occupies no place. A new claim starts as soon
// as there is room, never when a batch has ended, and what is claimed begins at once: a message that was just accepted
// stands behind one claim, not behind a backlog.
//
// Belongs to one Loop. Several workers, in any number of processes, share the work.
#pragma once

#include <array>

#include "operations/deliver_notifications.hpp"
#include "queue/queue.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace prometheus
{
class Gauge;
}

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
        std::size_t concurrency = 64;  // hand-offs under way at once in each channel
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
    static constexpr std::size_t kChannels = 2;
    class Place;

    [[nodiscard]] ClaimRoom room() const;
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
    std::array<std::size_t, kChannels> handing_over_{};
    std::array<prometheus::Gauge*, kChannels> gauges_{};
    std::size_t unrecorded_ = 0;
    bool waits_for_room_ = false;
    ClaimRoom lacked_;  // the room that the last claim had
    DeliveryCounts counts_;
    TaskScope scope_;
};

}  // namespace herald
