#include "operations/replay_receipts.hpp"

#include "operations/receive_receipts.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kBatchTimeout = seconds(60);

// One page of the journal, as it was stored and as it is read today.
struct Page
{
    std::vector<LocalDate> purge_on;
    std::vector<ReceiptEventRow> rows;
    std::vector<std::string> sealed;
};

Task<Page> read_page(pg::Database& database, Uuid after, ReceiptRange range, std::int32_t count, Deadline deadline)
{
    auto params = pg::Params::of(after, uuid_v7_floor(range.until), range.provider, count);
    const auto found = co_await database.execute(sql::list_receipt_events, std::move(params), deadline);
    Page page;
    for (std::size_t i = 0; i < found.size(); ++i)
    {
        ReceiptEventRow row;
        row.id = found.get<Uuid>(i, "id");
        row.provider = found.get<std::string>(i, "provider");
        row.kind = static_cast<ReceiptKind>(found.get<std::int16_t>(i, "kind"));
        row.sent_at = found.get<Instant>(i, "sent_at");
        row.received_at = found.get<Instant>(i, "received_at");
        row.reading = found.get<std::string>(i, "reading");
        page.rows.push_back(std::move(row));
        page.purge_on.push_back(found.get<LocalDate>(i, "purge_on"));
        page.sealed.push_back(found.get<pg::Bytes>(i, "sealed").value);
    }
    co_return page;
}

// What is to be done about a page.
struct Work
{
    std::vector<ProviderReport> reports;
    std::vector<LocalDate> purge_on;
    std::vector<Uuid> ids;
    std::vector<std::string> readings;
};

Work read_again(const KeyRing& keys, ReportReader read, const Page& page, const ReplayOptions& options,
                ReplayCounts& counts)
{
    Work work;
    for (std::size_t i = 0; i < page.rows.size(); ++i)
    {
        const auto& row = page.rows[i];
        const auto body = keys.open(page.sealed[i], sealed_receipt_context(row.id));
        if (!body)
        {
            ++counts.unopened;
            continue;
        }
        ++counts.read;
        auto report = read(row.provider, row.kind, *body, row.sent_at);
        const bool changed = report.reading != row.reading;
        if (changed) ++counts.changed[row.reading + " -> " + report.reading];
        if (!changed && !options.unchanged_too) continue;
        work.purge_on.push_back(page.purge_on[i]);
        work.ids.push_back(row.id);
        work.readings.push_back(report.reading);
        work.reports.push_back(std::move(report));
    }
    return work;
}

void add(ApplyCounts& sum, const ApplyCounts& more)
{
    sum.receipts.changed += more.receipts.changed;
    sum.receipts.repeated += more.receipts.repeated;
    sum.receipts.kept += more.receipts.kept;
    sum.receipts.callbacks_owed += more.receipts.callbacks_owed;
    sum.complaints += more.complaints;
    sum.inbound += more.inbound;
    sum.unmatched += more.unmatched;
}

Task<ApplyCounts> do_again(pg::Database& database, const ApplyReports& apply, Work work, Instant now)
{
    const auto deadline = deadline_in(kBatchTimeout);
    std::vector<const ProviderReport*> reports;
    for (const auto& report : work.reports) reports.push_back(&report);
    auto transaction = co_await database.begin(deadline);
    const auto counts = co_await apply.apply(transaction, std::move(reports), now, deadline);
    auto params = pg::Params::of(work.purge_on, work.ids, work.readings);
    co_await transaction.execute(sql::change_receipt_readings, std::move(params), deadline);
    co_await transaction.commit(deadline);
    co_return counts;
}

}  // namespace

std::string_view to_string(ReceiptKind kind)
{
    switch (kind)
    {
        case ReceiptKind::email_event:
            return "email-event";
        case ReceiptKind::sms_status:
            return "sms-status";
        case ReceiptKind::inbound_sms:
            return "inbound-sms";
    }
    return "unknown";
}

Task<std::vector<ReceiptEventRow>> list_receipts(ManageContext context, ReceiptRange range, std::int32_t count)
{
    const Uuid after = uuid_v7_floor(range.since);
    auto page = co_await read_page(context.database, after, std::move(range), count, context.deadline);
    co_return std::move(page.rows);
}

Task<Result<ReplayCounts>> replay_receipts(ManageContext context, const TimeZone& zone, ReportReader reader,
                                           ReceiptRange range, ReplayOptions options)
{
    if (range.since >= range.until) co_return fail(ErrorKind::validation, "The range ends before it begins");
    options.apply.replayed = true;
    const ApplyReports apply(context.keys, zone, options.apply);
    ReplayCounts counts;
    Uuid after = uuid_v7_floor(range.since);
    while (true)
    {
        const auto page = co_await read_page(context.database, after, range, options.batch, deadline_in(kBatchTimeout));
        if (page.rows.empty()) co_return counts;
        after = page.rows.back().id;
        auto work = read_again(context.keys, reader, page, options, counts);
        if (options.dry_run || work.reports.empty()) continue;
        const auto applied = co_await do_again(context.database, apply, std::move(work), context.now);
        add(counts.applied, applied);
    }
}

}  // namespace herald
