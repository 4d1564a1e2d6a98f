#include "operations/rotate_keys.hpp"

#include <algorithm>

#include "operations/idempotency.hpp"
#include "operations/inbound_contents.hpp"
#include "operations/notification_contents.hpp"
#include "operations/receive_receipts.hpp"
#include "operations/suppress_recipients.hpp"
#include "storage/service_store.hpp"

namespace herald
{

namespace
{

struct Column
{
    const SealedPlace& place;
    std::string (*context)(const Uuid& owner);
};

std::string contents_context(const Uuid& owner)
{
    return sealed_contents_context(NotificationId{owner});
}

std::string inbound_context(const Uuid& owner)
{
    return sealed_inbound_context(InboundSmsId{owner});
}

std::string suppression_context(const Uuid& owner)
{
    return sealed_recipient_context(SuppressionId{owner});
}

const Column kColumns[] = {
    {SealedStore::kApiKeys, sealed_secret_context},    {SealedStore::kCallbacks, sealed_secret_context},
    {SealedStore::kInboundSms, inbound_context},       {SealedStore::kIdempotencyAnswers, sealed_answer_context},
    {SealedStore::kSuppressions, suppression_context}, {SealedStore::kReceipts, sealed_receipt_context},
    {SealedStore::kContents, contents_context},
};

struct Batch
{
    std::vector<SealedRow> rows;
    std::vector<std::string> resealed;
    std::int64_t unreadable = 0;
};

Batch seal_again(const KeyRing& keys, const Column& column, std::vector<SealedRow> stale)
{
    Batch batch;
    for (auto& row : stale)
    {
        const auto context = column.context(row.owner);
        const auto plain = keys.open(row.sealed, context);
        if (!plain)
        {
            ++batch.unreadable;
            continue;
        }
        batch.resealed.push_back(keys.seal(*plain, context));
        batch.rows.push_back(std::move(row));
    }
    return batch;
}

// How long to leave the machine to others after `work`.
std::chrono::steady_clock::duration pause_after(std::chrono::steady_clock::duration work, double share)
{
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(work * (1 / share - 1));
}

// Twice in a row: what was written with an older key while the first pass went by (by a process that had not got the
// new ring yet) is behind it.
Task<> pass_over(SealedStore& store, const KeyRing& keys, const Column& column, const RotationOptions& options,
                 const std::function<void(const RotationCount&)>& progress, RotationCount& count)
{
    SealedRow after;
    after.key = column.place.first_key;
    count.unreadable = 0;
    for (;;)
    {
        const auto begun = std::chrono::steady_clock::now();
        const auto deadline = begun + options.statement_timeout;
        auto stale = co_await store.list_stale(column.place, keys.current_id(), after, options.batch, deadline);
        if (stale.empty()) co_return;
        after = stale.back();
        auto batch = seal_again(keys, column, std::move(stale));
        count.unreadable += batch.unreadable;
        count.resealed +=
            co_await store.reseal(column.place, std::move(batch.rows), std::move(batch.resealed), deadline);
        progress(count);
        co_await sleep_for(pause_after(std::chrono::steady_clock::now() - begun, options.share));
    }
}

}  // namespace

bool RotationReport::only_current_in_use() const
{
    return std::ranges::all_of(in_use, [&](const SealingKeyUse& use) { return use.key_id == current_key; });
}

Task<RotationReport> rotate_keys(pg::Database& database, const KeyRing& keys, RotationOptions options,
                                 std::function<void(const RotationCount&)> progress)
{
    SealedStore store(database);
    RotationReport report;
    report.current_key = keys.current_id();
    for (const auto& column : kColumns)
    {
        RotationCount count;
        count.place = column.place.name;
        for (int pass = 0; pass < 2; ++pass) co_await pass_over(store, keys, column, options, progress, count);
        report.counts.push_back(count);
    }
    report.in_use = co_await store.count_key_uses(deadline_in(options.statement_timeout * 4));
    co_return report;
}

}  // namespace herald
