#include "operations/delivery_recorder.hpp"

#include "base/log.hpp"

namespace herald
{

namespace
{

constexpr auto kReceiptTimeout = seconds(60);

}  // namespace

DeliveryRecorder::DeliveryRecorder(DeliveryStore& store, const Clock& clock, TaskScope& scope,
                                   asio::any_io_executor executor, RecorderOptions options)
    : store_(store),
      clock_(clock),
      options_(options),
      scope_(scope),
      // One writer: results are committed before the receipts that were received after them.
      commits_(scope, std::move(executor), {.max_batch = 512, .writers = 1, .max_waiting = 100000},
               [this](Batch batch) { return commit(std::move(batch)); })
{
}

Task<> DeliveryRecorder::submit(Entry entry, Deadline deadline)
{
    const auto outcome = co_await commits_.submit(std::move(entry), deadline);
    if (outcome == Recorded::refused) throw std::runtime_error("the database refused a result or receipt");
}

Task<> DeliveryRecorder::record(SendResult result, Deadline deadline)
{
    Entry entry;
    entry.result = std::move(result);
    co_await submit(std::move(entry), deadline);
}

void DeliveryRecorder::receive(Receipt receipt)
{
    Entry entry;
    entry.receipt = std::move(receipt);
    scope_.spawn("submit_receipt", submit(std::move(entry), deadline_in(kReceiptTimeout)));
}

// What was handed over must not be forgotten: it would be sent again.
Task<std::vector<Recorded>> DeliveryRecorder::commit(Batch batch)
{
    const std::size_t size = batch.size();
    std::function<Task<>(Deadline)> once = [this, &batch](Deadline deadline)
    {
        return commit_together(batch, deadline);
    };
    co_return co_await record_batch(scope_, options_.record, size, std::move(once));
}

Task<> DeliveryRecorder::commit_together(const Batch& batch, Deadline deadline)
{
    DeliveryNews news;
    for (const Entry* entry : batch)
    {
        if (entry->result) news.results.push_back(&*entry->result);
        if (entry->receipt) news.receipts.push_back(&*entry->receipt);
    }
    note(co_await store_.record(std::move(news), options_.correct_delivered, clock_.now(), deadline));
}

void DeliveryRecorder::note(const NewsCounts& counts)
{
    metrics_.count(counts);
    if (counts.callbacks_owed > 0 && callbacks_owed_) callbacks_owed_();
}

Task<std::optional<Receipt>> DeliveryRecorder::find_left_over_receipt(NotificationId id, Deadline deadline)
{
    return store_.find_left_over_receipt(id, deadline);
}

Task<std::vector<std::string>> DeliveryRecorder::list_attempt_providers(ServiceId service, NotificationId id,
                                                                        Deadline deadline)
{
    return store_.list_attempt_providers(service, id, deadline);
}

Task<std::optional<SuppressionReason>> DeliveryRecorder::find_suppression(SuppressionKey key, Deadline deadline)
{
    return store_.find_suppression(std::move(key), deadline);
}

Task<LeftOverCounts> DeliveryRecorder::match_left_over_receipts(Deadline deadline)
{
    const Instant now = clock_.now();
    const auto counts = co_await store_.match_left_over_receipts(kLeftOverBatch, now - options_.keep_left_over_receipts,
                                                                 options_.correct_delivered, now, deadline);
    note(counts.news);
    if (counts.dropped > 0)
        log::info("receipts for messages nobody awaits were dropped", {{"receipts", counts.dropped}});
    co_return counts;
}

}  // namespace herald
