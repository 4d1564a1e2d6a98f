// What keeps messages from being forgotten: puts due retries back into their lane, takes over from workers that died,
// matches receipts that overtook the answer to their hand-off, asks providers about receipts that are overdue, finds
// work that nobody hinted at, keeps in step with what is decided about providers.
//
// Each duty has a period of its own, jittered so that processes do not march in step; any number of processes may do
// all of it at once. Belongs to one Loop.
#pragma once

#include <functional>
#include <vector>

#include "base/clock.hpp"
#include "operations/delivery_recorder.hpp"
#include "operations/look_up_receipts.hpp"
#include "operations/tend_providers.hpp"
#include "queue/queue.hpp"
#include "runtime/stop.hpp"
#include "runtime/task_scope.hpp"

namespace herald
{

struct RecoveryCounts
{
    std::int64_t retries_moved = 0;
    std::int64_t leases_recovered = 0;
    std::size_t receipts_matched = 0;
    std::size_t receipts_asked_for = 0;
    std::size_t provider_moves = 0;
};

class RecoveryWorker
{
public:
    struct Options
    {
        milliseconds retries_every{500};  // an sms's first retry is due at once
        milliseconds leases_every{5000};
        milliseconds left_over_receipts_every{1000};
        milliseconds look_ups_every{5000};
        milliseconds services_every{1000};  // the poll beneath all hints
        milliseconds providers_every{1000};
        seconds timeout{20};  // of one round of one duty
    };

    RecoveryWorker(asio::any_io_executor executor, DeliveryQueue& queue, DeliveryRecorder& recorder,
                   LookUpReceipts& look_up, TendProviders& tend, const Clock& clock, Options options);

    // Until stop is requested; returns when the rounds under way have ended. A round that fails is logged and comes
    // again.
    Task<> run(StopToken stop);
    // Every duty once, in the order above, until nothing is left of it.
    Task<RecoveryCounts> run_once();

private:
    // One round; whether there may be more to do at once.
    using Round = std::function<Task<bool>(RecoveryCounts&)>;
    struct Duty
    {
        std::string_view name;
        milliseconds period;
        Round round;
    };

    Task<> repeat(const Duty& duty, StopToken stop);
    Task<bool> move_retries(RecoveryCounts& counts);
    Task<bool> recover_leases(RecoveryCounts& counts);
    Task<bool> match_receipts(RecoveryCounts& counts);
    Task<bool> ask_for_receipts(RecoveryCounts& counts);
    Task<bool> find_services(RecoveryCounts& counts);
    Task<bool> tend_providers(RecoveryCounts& counts);

    DeliveryQueue& queue_;
    DeliveryRecorder& recorder_;
    LookUpReceipts& look_up_;
    TendProviders& tend_;
    const Clock& clock_;
    const Options options_;
    std::vector<Duty> duties_;
    TaskScope scope_;
};

}  // namespace herald
