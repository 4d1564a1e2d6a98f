#include "operations/delivery_recorder.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "domain/notifications/event.hpp"
#include "operations/receipt_rounds.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kReceiptTimeout = seconds(60);

EventKind event_of(const SendResult& result)
{
    switch (result.hand_off)
    {
        case HandOff::awaits_receipt:
        case HandOff::done:
            return EventKind::handed_over;
        case HandOff::try_again:
            return result.uncertain ? EventKind::attempt_uncertain : EventKind::attempt_failed;
        case HandOff::postponed:
            return EventKind::attempt_failed;
        case HandOff::failed:
            break;
    }
    return result.status == NotificationStatus::permanent_failure ? EventKind::suppressed : EventKind::gave_up;
}

// The columns of record_send_results.
struct ResultColumns
{
    std::vector<Uuid> services;
    std::vector<Uuid> ids;
    std::vector<std::int64_t> fences;
    std::vector<std::int16_t> outcomes;
    std::vector<std::int16_t> statuses;
    std::vector<std::string> providers;
    std::vector<std::string> references;
    std::vector<std::string> details;
    std::vector<std::int16_t> fragments;
    std::vector<Instant> retry_at;
    std::vector<Instant> look_up_at;
    std::vector<std::int16_t> kinds;

    void add(const SendResult& result)
    {
        services.push_back(result.service_id.value);
        ids.push_back(result.id.value);
        fences.push_back(result.fence);
        outcomes.push_back(static_cast<std::int16_t>(result.hand_off));
        statuses.push_back(static_cast<std::int16_t>(result.status));
        providers.push_back(result.provider);
        references.push_back(result.reference);
        details.push_back(result.detail);
        fragments.push_back(result.fragments);
        retry_at.push_back(result.retry_at);
        look_up_at.push_back(result.look_up_at);
        kinds.push_back(static_cast<std::int16_t>(event_of(result)));
    }
    [[nodiscard]] pg::Params params(Instant now) const
    {
        return pg::Params::of(services, ids, fences, outcomes, statuses, providers, references, details, fragments,
                              retry_at, look_up_at, kinds, now);
    }
};

Receipt read_receipt(const pg::Rows& rows, std::size_t i)
{
    Receipt receipt;
    receipt.provider = rows.get<std::string>(i, "provider");
    receipt.reference = rows.get<std::string>(i, "reference");
    if (const auto id = rows.get<std::optional<Uuid>>(i, "notification_id"))
        receipt.notification_id = NotificationId{*id};
    receipt.status = static_cast<NotificationStatus>(rows.get<std::int16_t>(i, "status"));
    receipt.provider_response = rows.get<std::optional<std::string>>(i, "provider_response").value_or("");
    receipt.at = rows.get<Instant>(i, "at");
    return receipt;
}

}  // namespace

DeliveryRecorder::DeliveryRecorder(pg::Database& database, const Clock& clock, TaskScope& scope,
                                   asio::any_io_executor executor, RecorderOptions options)
    : database_(database),
      clock_(clock),
      options_(options),
      receipts_applied_(metrics::counter("herald_receipts_applied_total", "Receipts that changed a message's status")),
      receipts_repeated_(metrics::counter("herald_receipts_repeated_total",
                                          "Receipts for messages that had their final status already")),
      receipts_unmatched_(metrics::counter("herald_receipts_unmatched_total",
                                           "Receipts that nobody awaited when they came: kept, to be looked at again")),
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
    ResultColumns results;
    ReceiptRounds receipts;
    for (const Entry* entry : batch)
    {
        if (entry->result) results.add(*entry->result);
        if (entry->receipt) receipts.add(*entry->receipt);
    }
    const Instant now = clock_.now();
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    if (!results.ids.empty()) statements.emplace_back(sql::record_send_results, results.params(now));
    const std::size_t first_receipts = statements.size();
    for (const auto& round : receipts.rounds())
        statements.emplace_back(sql::record_receipts, round.params(now, options_.correct_delivered));
    const auto answers = co_await database_.execute_together(std::move(statements), deadline);
    note(answers, first_receipts);
}

void DeliveryRecorder::note(const std::vector<pg::Rows>& answers, std::size_t first_receipts)
{
    std::int64_t owed = 0;
    for (std::size_t i = 0; i < answers.size(); ++i)
    {
        owed += answers[i].get<std::int64_t>(0, "callbacks_owed");
        if (i < first_receipts) continue;
        receipts_applied_.Increment(static_cast<double>(answers[i].get<std::int64_t>(0, "changed")));
        receipts_repeated_.Increment(static_cast<double>(answers[i].get<std::int64_t>(0, "repeated")));
        receipts_unmatched_.Increment(static_cast<double>(answers[i].get<std::int64_t>(0, "kept")));
    }
    if (owed > 0 && callbacks_owed_) callbacks_owed_();
}

Task<std::optional<Receipt>> DeliveryRecorder::find_left_over_receipt(NotificationId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::find_unmatched_receipt, pg::Params::of(id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_receipt(rows, 0);
}

Task<std::vector<std::string>> DeliveryRecorder::list_attempt_providers(ServiceId service, NotificationId id,
                                                                        Deadline deadline)
{
    auto params = pg::Params::of(service, id);
    const auto rows = co_await database_.execute(sql::list_attempt_providers, std::move(params), deadline);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i) names.push_back(rows.get<std::string>(i, "provider"));
    co_return names;
}

Task<std::optional<SuppressionReason>> DeliveryRecorder::find_suppression(SuppressionKey key, Deadline deadline)
{
    co_return co_await SuppressionStore(database_).find(std::move(key), deadline);
}

// One transaction: a receipt that was taken and not applied would be lost with the process.
Task<LeftOverCounts> DeliveryRecorder::match_left_over_receipts(Deadline deadline)
{
    const Instant now = clock_.now();
    auto transaction = co_await database_.begin(deadline);
    auto params = pg::Params::of(now, now - options_.keep_left_over_receipts, kLeftOverBatch);
    const auto rows = co_await transaction.execute(sql::take_unmatched_receipts, std::move(params), deadline);
    LeftOverCounts counts;
    counts.looked_at = static_cast<std::size_t>(rows.get<std::int64_t>(0, "looked_at"));
    ReceiptRounds receipts;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const auto awaited = rows.get<std::optional<bool>>(i, "awaited");
        if (!awaited) break;  // nothing was taken
        if (*awaited) receipts.add(read_receipt(rows, i));
        ++(*awaited ? counts.applied : dropped);
    }
    std::vector<pg::Rows> answers;
    for (const auto& round : receipts.rounds())
        answers.push_back(co_await transaction.execute(sql::record_receipts,
                                                       round.params(now, options_.correct_delivered), deadline));
    co_await transaction.commit(deadline);
    note(answers, 0);
    if (dropped > 0) log::info("receipts for messages nobody awaits were dropped", {{"receipts", dropped}});
    co_return counts;
}

}  // namespace herald
