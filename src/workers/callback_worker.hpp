// Calls services back, many at once, and no endpoint (a service and a type) more than its share: one that answers
// slowly holds up itself alone.
//
// Belongs to one Loop. Several workers, in any number of processes, share the work.
#pragma once

#include <map>

#include "operations/deliver_callbacks.hpp"
#include "runtime/loop.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

struct CallbackCounts
{
    std::size_t claimed = 0;
    std::size_t recorded = 0;
};

class CallbackWorker
{
public:
    struct Options
    {
        std::size_t concurrency = 256;  // requests under way at once
        std::size_t per_endpoint = 8;   // of one endpoint
        milliseconds poll{1000};
        milliseconds pause{1000};  // after a failed claim
        seconds database_timeout{20};
    };

    CallbackWorker(asio::any_io_executor executor, DeliverCallbacks& callbacks, Options options);

    // There may be callbacks to make: look soon. Thread-safe; for DeliveryRecorder::on_callbacks_owed.
    void wake() { wake_up_.raise(); }
    // Works until stop is requested, then returns when the requests under way have ended and were recorded. Does not
    // throw.
    Task<> run(StopToken stop);
    // One claim, and all of it to its end. Throws what the claim throws. Not beside run().
    Task<CallbackCounts> run_once();

private:
    // For how many calls to claim.
    [[nodiscard]] std::size_t room() const;
    Task<std::size_t> begin_due();
    Task<> call(CallbackTask task);
    Task<> wake_at_stop(StopToken stop);

    DeliverCallbacks& callbacks_;
    const Options options_;
    std::map<CallbackEndpoint, std::size_t> calling_;  // requests under way; no zeros
    std::size_t under_way_ = 0;
    bool lacks_room_ = false;  // the last claim was not made, for lack of room
    CallbackEndpoint last_;    // where the rotation over endpoints goes on
    CallbackCounts counts_;
    WakeUp wake_up_;
    TaskScope scope_;
};

}  // namespace herald
