#include "operations/receive_receipts.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

// The columns of add_receipt_events.
struct JournalColumns
{
    std::vector<Uuid> ids;
    std::vector<std::string> providers;
    std::vector<std::int16_t> kinds;
    std::vector<Instant> sent_at;
    std::vector<std::string> readings;
    std::vector<pg::Bytes> sealed;
};

void count(const ReceivedEvent& event, const ProviderReport& report)
{
    metrics::counter("herald_receipts_received_total", "Events of providers, by what was read of them",
                     {{"provider", event.provider}, {"reading", report.reading}})
        .Increment();
}

}  // namespace

std::string sealed_receipt_context(const Uuid& journal_id)
{
    return "receipt:" + journal_id.to_string();
}

ReceiveReceipts::ReceiveReceipts(pg::Database& database, const KeyRing& keys, const Clock& clock, const TimeZone& zone,
                                 ReportReader reader, TaskScope& scope, asio::any_io_executor executor, Options options)
    : database_(database),
      keys_(keys),
      clock_(clock),
      zone_(zone),
      read_(reader),
      scope_(scope),
      options_(std::move(options)),
      apply_(keys, zone, options_.apply),
      // One writer: what comes first is applied first.
      commits_(scope, std::move(executor), {.max_batch = 256, .writers = 1, .max_waiting = 5000},
               [this](Batch batch) { return commit(std::move(batch)); })
{
}

Task<> ReceiveReceipts::receive(ReceivedEvent event, Deadline deadline)
{
    const auto outcome = co_await commits_.submit(std::move(event), deadline);
    if (outcome == Recorded::refused) throw std::runtime_error("the database refused an event of a provider");
}

Task<std::vector<Recorded>> ReceiveReceipts::commit(Batch batch)
{
    const std::size_t size = batch.size();
    std::function<Task<>(Deadline)> once = [this, &batch](Deadline deadline)
    {
        return commit_together(batch, deadline);
    };
    co_return co_await record_batch(scope_, options_.record, size, std::move(once));
}

Task<> ReceiveReceipts::commit_together(const Batch& batch, Deadline deadline)
{
    const Instant now = clock_.now();
    std::vector<ProviderReport> reports;
    reports.reserve(batch.size());  // pointers into it are kept
    std::vector<const ProviderReport*> pointers;
    JournalColumns journal;
    for (const ReceivedEvent* event : batch)
    {
        reports.push_back(read_(event->provider, event->kind, event->body, event->sent_at));
        pointers.push_back(&reports.back());
        journal.ids.push_back(make_uuid_v7(now));
        journal.providers.push_back(event->provider);
        journal.kinds.push_back(static_cast<std::int16_t>(event->kind));
        journal.sent_at.push_back(event->sent_at);
        journal.readings.push_back(reports.back().reading);
        journal.sealed.push_back({keys_.seal(event->body, sealed_receipt_context(journal.ids.back()))});
    }
    const auto purge_on = add_days(zone_.date_of(now), options_.keep_days + 1);
    auto params = pg::Params::of(purge_on, journal.ids, journal.providers, journal.kinds, journal.sent_at, now,
                                 journal.readings, journal.sealed);
    auto transaction = co_await database_.begin(deadline);
    co_await transaction.execute(sql::add_receipt_events, std::move(params), deadline);
    const auto applied = co_await apply_.apply(transaction, std::move(pointers), now, deadline);
    co_await transaction.commit(deadline);

    metrics_.count(applied.receipts);
    for (std::size_t i = 0; i < batch.size(); ++i)
    {
        count(*batch[i], reports[i]);
        if (reports[i].reading == "unreadable")
            log::warning("an event of a provider could not be read; it is in the journal",
                         {{"provider", batch[i]->provider}, {"journal_id", journal.ids[i].to_string()}});
    }
    if (applied.unmatched > 0)
        log::info("events of providers were about nothing we know, or told before", {{"events", applied.unmatched}});
}

}  // namespace herald
