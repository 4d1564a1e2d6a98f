#include "operations/postgres_delivery_store.hpp"

#include "domain/notifications/event.hpp"
#include "operations/receipt_rounds.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

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

    explicit ResultColumns(const std::vector<const SendResult*>& all)
    {
        for (const SendResult* each : all) add(*each);
    }
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

// The columns of record_receipts: one row a reference, because a statement changes a row once.
struct ReceiptColumns
{
    std::vector<std::string> providers;
    std::vector<std::string> references;
    std::vector<std::int16_t> statuses;
    std::vector<std::string> responses;
    std::vector<Instant> at;
    std::vector<std::optional<Uuid>> ids;
    std::vector<std::optional<Uuid>> services;

    explicit ReceiptColumns(const std::vector<const Receipt*>& all)
    {
        for (const Receipt* each : all) add(*each);
    }
    void add(const Receipt& receipt)
    {
        providers.push_back(receipt.provider);
        references.push_back(receipt.reference);
        statuses.push_back(static_cast<std::int16_t>(receipt.status));
        responses.push_back(receipt.provider_response);
        at.push_back(receipt.at);
        ids.push_back(receipt.notification_id ? std::optional(receipt.notification_id->value) : std::nullopt);
        services.push_back(receipt.service_id ? std::optional(receipt.service_id->value) : std::nullopt);
    }
    [[nodiscard]] pg::Params params(Instant now, bool correct_delivered) const
    {
        return pg::Params::of(providers, references, statuses, responses, at, ids, services, correct_delivered, now,
                              kSimulatorName);
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

// record_receipts.
void add_counts(NewsCounts& counts, const pg::Rows& answer)
{
    counts.callbacks_owed += answer.get<std::int64_t>(0, "callbacks_owed");
    counts.changed += answer.get<std::int64_t>(0, "changed");
    counts.repeated += answer.get<std::int64_t>(0, "repeated");
    counts.kept += answer.get<std::int64_t>(0, "kept");
}

}  // namespace

Task<NewsCounts> record_receipts(pg::Transaction& transaction, std::vector<const Receipt*> receipts,
                                 bool correct_delivered, Instant now, Deadline deadline)
{
    NewsCounts counts;
    for (const auto& round : in_rounds(receipts))
    {
        auto columns = ReceiptColumns(round).params(now, correct_delivered);
        const auto answer = co_await transaction.execute(sql::record_receipts, std::move(columns), deadline);
        add_counts(counts, answer);
    }
    co_return counts;
}

Task<NewsCounts> PostgresDeliveryStore::record(DeliveryNews news, bool correct_delivered, Instant now,
                                               Deadline deadline)
{
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    if (!news.results.empty())
        statements.emplace_back(sql::record_send_results, ResultColumns(news.results).params(now));
    const std::size_t first_receipts = statements.size();
    for (const auto& round : in_rounds(news.receipts))
        statements.emplace_back(sql::record_receipts, ReceiptColumns(round).params(now, correct_delivered));
    const auto answers = co_await database_.execute_together(std::move(statements), deadline);
    NewsCounts counts;
    if (first_receipts > 0) counts.callbacks_owed = answers[0].get<std::int64_t>(0, "callbacks_owed");
    for (std::size_t i = first_receipts; i < answers.size(); ++i) add_counts(counts, answers[i]);
    co_return counts;
}

Task<std::optional<Receipt>> PostgresDeliveryStore::find_left_over_receipt(NotificationId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::find_unmatched_receipt, pg::Params::of(id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_receipt(rows, 0);
}

Task<std::vector<std::string>> PostgresDeliveryStore::list_attempt_providers(ServiceId service, NotificationId id,
                                                                             Deadline deadline)
{
    auto params = pg::Params::of(service, id);
    const auto rows = co_await database_.execute(sql::list_attempt_providers, std::move(params), deadline);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i) names.push_back(rows.get<std::string>(i, "provider"));
    co_return names;
}

// One transaction: a receipt that was taken and not applied would be lost with the process.
Task<std::optional<SuppressionReason>> PostgresDeliveryStore::find_suppression(SuppressionKey key, Deadline deadline)
{
    co_return co_await SuppressionStore(database_).find(std::move(key), deadline);
}

Task<LeftOverCounts> PostgresDeliveryStore::match_left_over_receipts(std::int32_t most, Instant too_old,
                                                                     bool correct_delivered, Instant now,
                                                                     Deadline deadline)
{
    auto transaction = co_await database_.begin(deadline);
    auto params = pg::Params::of(now, too_old, most);
    const auto rows = co_await transaction.execute(sql::take_unmatched_receipts, std::move(params), deadline);
    LeftOverCounts counts;
    counts.looked_at = static_cast<std::size_t>(rows.get<std::int64_t>(0, "looked_at"));
    std::vector<Receipt> awaited;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const auto is_awaited = rows.get<std::optional<bool>>(i, "awaited");
        if (!is_awaited) break;  // nothing was taken
        if (*is_awaited)
            awaited.push_back(read_receipt(rows, i));
        else
            ++counts.dropped;
    }
    counts.applied = awaited.size();
    std::vector<const Receipt*> to_apply;
    for (const Receipt& each : awaited) to_apply.push_back(&each);
    counts.news = co_await record_receipts(transaction, std::move(to_apply), correct_delivered, now, deadline);
    co_await transaction.commit(deadline);
    co_return counts;
}

Task<std::vector<DueLookUp>> PostgresDeliveryStore::claim_look_ups(std::int32_t most, Instant claimed_until,
                                                                   Instant now, Deadline deadline)
{
    auto params = pg::Params::of(now, most, claimed_until);
    const auto rows = co_await database_.execute(sql::list_due_look_ups, std::move(params), deadline);
    std::vector<DueLookUp> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        DueLookUp& due = found[i];
        due.provider = rows.get<std::string>(i, "provider");
        due.reference = rows.get<std::string>(i, "reference");
        due.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
        due.due_at = rows.get<Instant>(i, "due_at");
    }
    co_return found;
}

Task<> PostgresDeliveryStore::put_back_look_ups(std::vector<NextLookUp> next, Deadline deadline)
{
    std::vector<std::string> providers;
    std::vector<std::string> references;
    std::vector<Instant> look_up_at;
    for (NextLookUp& each : next)
    {
        providers.push_back(std::move(each.provider));
        references.push_back(std::move(each.reference));
        look_up_at.push_back(each.look_up_at);
    }
    auto params = pg::Params::of(providers, references, look_up_at);
    co_await database_.execute(sql::put_back_look_ups, std::move(params), deadline);
}

}  // namespace herald
