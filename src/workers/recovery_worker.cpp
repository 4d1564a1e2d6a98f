#include "workers/recovery_worker.hpp"

#include "base/log.hpp"
#include "workers/jitter.hpp"

namespace herald
{

RecoveryWorker::RecoveryWorker(asio::any_io_executor executor, DeliveryQueue& queue, DeliveryRecorder& recorder,
                               LookUpReceipts& look_up, TendProviders& tend, const Clock& clock, Options options)
    : queue_(queue),
      recorder_(recorder),
      look_up_(look_up),
      tend_(tend),
      clock_(clock),
      options_(options),
      duties_{
          {"move_due_retries", options.retries_every,
           [this](RecoveryCounts& counts)
           {
               return move_retries(counts);
           }},
          {"recover_expired_leases", options.leases_every,
           [this](RecoveryCounts& counts)
           {
               return recover_leases(counts);
           }},
          {"match_left_over_receipts", options.left_over_receipts_every,
           [this](RecoveryCounts& counts)
           {
               return match_receipts(counts);
           }},
          {"look_up_receipts", options.look_ups_every,
           [this](RecoveryCounts& counts)
           {
               return ask_for_receipts(counts);
           }},
          {"refresh_services", options.services_every,
           [this](RecoveryCounts& counts)
           {
               return find_services(counts);
           }},
          {"tend_providers", options.providers_every,
           [this](RecoveryCounts& counts)
           {
               return tend_providers(counts);
           }},
      },
      scope_(std::move(executor))
{
}

Task<> RecoveryWorker::run(StopToken stop)
{
    for (const Duty& duty : duties_) scope_.spawn(duty.name, repeat(duty, stop));
    while (!co_await scope_.join(deadline_in(options_.timeout)))
    {
    }
}

Task<> RecoveryWorker::repeat(const Duty& duty, StopToken stop)
{
    // The first round at once: after a restart there may be much to recover.
    while (!stop.requested())
    {
        bool more = false;
        RecoveryCounts counts;
        try
        {
            more = co_await duty.round(counts);
        }
        catch (const std::exception& failure)
        {
            log::warning("a duty of the recovery worker failed", {{"duty", duty.name}, {"reason", failure.what()}});
        }
        co_await stop.wait_for(more ? milliseconds(0) : jittered(duty.period));
    }
}

Task<RecoveryCounts> RecoveryWorker::run_once()
{
    RecoveryCounts counts;
    for (const Duty& duty : duties_)
    {
        while (co_await duty.round(counts))
        {
        }
    }
    co_return counts;
}

Task<bool> RecoveryWorker::move_retries(RecoveryCounts& counts)
{
    const auto moved = co_await queue_.move_due_retries(clock_.now(), deadline_in(options_.timeout));
    counts.retries_moved += moved;
    co_return moved >= DeliveryQueue::kMoveBatch;
}

Task<bool> RecoveryWorker::recover_leases(RecoveryCounts& counts)
{
    const auto recovered = co_await queue_.recover_expired_leases(clock_.now(), deadline_in(options_.timeout));
    counts.leases_recovered += recovered;
    if (recovered > 0) log::warning("messages were taken over from a worker that died", {{"messages", recovered}});
    co_return recovered >= DeliveryQueue::kMoveBatch;
}

Task<bool> RecoveryWorker::match_receipts(RecoveryCounts& counts)
{
    const auto matched = co_await recorder_.match_left_over_receipts(deadline_in(options_.timeout));
    counts.receipts_matched += matched.applied;
    co_return matched.looked_at >= DeliveryRecorder::kLeftOverBatch;
}

Task<bool> RecoveryWorker::ask_for_receipts(RecoveryCounts& counts)
{
    const auto done = co_await look_up_.run(deadline_in(options_.timeout));
    counts.receipts_asked_for += done.asked;
    co_return done.more;
}

Task<bool> RecoveryWorker::find_services(RecoveryCounts& /*counts*/)
{
    co_await queue_.refresh_services(deadline_in(options_.timeout));
    co_return false;
}

Task<bool> RecoveryWorker::tend_providers(RecoveryCounts& counts)
{
    counts.provider_moves += co_await tend_.run(deadline_in(options_.timeout));
    co_return false;
}

}  // namespace herald
