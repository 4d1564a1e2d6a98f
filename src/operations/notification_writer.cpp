#include "operations/notification_writer.hpp"

#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kInsertTimeout = seconds(20);
constexpr auto kFullIsBelieved = seconds(2);
constexpr int kAttempts = 3;  // when another transaction was in the way

template <class T, class Read>
auto column(const std::vector<const NewNotification*>& batch, Read read)
{
    std::vector<T> values;
    values.reserve(batch.size());
    for (const auto* row : batch) values.push_back(read(*row));
    return values;
}

}  // namespace

pg::Params accept_params(const std::vector<const NewNotification*>& batch)
{
    using N = NewNotification;
    pg::Params params;
    params.add(column<Uuid>(batch, [](const N& n) { return n.id.value; }));
    params.add(column<Uuid>(batch, [](const N& n) { return n.service_id.value; }));
    params.add(column<Uuid>(batch, [](const N& n) { return n.template_id.value; }));
    params.add(column<std::int32_t>(batch, [](const N& n) { return n.template_version; }));
    params.add(column<std::optional<Uuid>>(
        batch, [](const N& n) { return n.api_key_id ? std::optional(n.api_key_id->value) : std::nullopt; }));
    params.add(column<std::int16_t>(batch, [](const N& n) { return static_cast<std::int16_t>(n.key_type); }));
    params.add(column<std::int16_t>(batch, [](const N& n) { return static_cast<std::int16_t>(n.channel); }));
    params.add(column<std::int16_t>(batch, [](const N& n) { return static_cast<std::int16_t>(n.lane); }));
    params.add(column<std::int16_t>(batch, [](const N& n) { return n.billable_units; }));
    params.add(column<bool>(batch, [](const N& n) { return n.international; }));
    params.add(column<std::optional<std::string>>(batch, [](const N& n) { return n.phone_prefix; }));
    params.add(column<std::optional<std::string>>(batch, [](const N& n) { return n.client_reference; }));
    params.add(column<Instant>(batch, [](const N& n) { return n.created_at; }));
    params.add(column<LocalDate>(batch, [](const N& n) { return n.local_date; }));
    params.add(column<LocalDate>(batch, [](const N& n) { return n.purge_on; }));
    params.add(column<pg::Bytes>(batch, [](const N& n) { return pg::Bytes{n.sealed}; }));
    params.add(column<std::int64_t>(batch, [](const N& n) { return n.message_limit; }));
    params.add(column<bool>(batch, [](const N& n) { return n.counts; }));
    params.add(column<std::optional<std::string>>(
        batch, [](const N& n) { return n.idempotency ? std::optional(n.idempotency->key) : std::nullopt; }));
    params.add(column<std::optional<Uuid>>(
        batch, [](const N& n) { return n.idempotency ? std::optional(n.idempotency->holder) : std::nullopt; }));
    params.add(column<std::optional<pg::Bytes>>(
        batch, [](const N& n)
        { return n.idempotency ? std::optional(pg::Bytes{n.idempotency->response_sealed}) : std::nullopt; }));
    params.add(column<std::optional<pg::Bytes>>(
        batch,
        [](const N& n) { return n.recipient_hash ? std::optional(pg::Bytes{*n.recipient_hash}) : std::nullopt; }));
    params.add(column<std::optional<Uuid>>(
        batch, [](const N& n) { return n.job_id ? std::optional(n.job_id->value) : std::nullopt; }));
    params.add(column<std::optional<std::int32_t>>(batch, [](const N& n) { return n.job_row_number; }));
    params.add(column<std::optional<Uuid>>(
        batch, [](const N& n) { return n.created_by_id ? std::optional(n.created_by_id->value) : std::nullopt; }));
    params.add(column<bool>(batch, [](const N& n) { return n.is_held; }));
    params.add(column<std::optional<Instant>>(batch, [](const N& n) { return n.scheduled_for; }));
    return params;
}

void count_suppressed(const std::string& reason)
{
    metrics::counter("herald_notifications_suppressed_total",
                     "Messages that ended without a provider: their recipient is suppressed", {{"reason", reason}})
        .Increment();
}

namespace
{

GroupCommitOptions for_orders(GroupCommitOptions options)
{
    options.commits_late = false;
    return options;
}

}  // namespace

std::size_t NewNotification::bytes() const
{
    const std::size_t reference = client_reference ? client_reference->size() : 0;
    const std::size_t answer = idempotency ? idempotency->response_sealed.size() : 0;
    return sizeof(NewNotification) + sealed.size() + reference + answer;
}

NotificationWriter::NotificationWriter(pg::Database& database, TaskScope& scope, asio::any_io_executor executor,
                                       GroupCommitOptions options, Written written)
    : database_(database),
      written_(std::move(written)),
      commits_(scope, std::move(executor), for_orders(options),
               [this](Batch batch) { return commit(std::move(batch)); })
{
}

bool NotificationWriter::has_reached_daily_limit(const Service& service, Instant now) const
{
    if (utc_date(now) != full_day_) return false;
    const auto found = full_.find(service.id);
    return found != full_.end() && service.message_limit <= found->second.limit && now < found->second.believed_until;
}

void NotificationWriter::note_full(const NewNotification& row)
{
    const LocalDate day = utc_date(row.created_at);
    if (day < full_day_) return;
    if (day > full_day_) full_.clear();
    full_day_ = day;
    full_[row.service_id] = {row.message_limit, row.created_at + kFullIsBelieved};
}

Task<std::vector<WriteOutcome>> NotificationWriter::commit(Batch batch)
{
    pg::Rows rows;
    for (int attempt = 1;; ++attempt)
    {
        try
        {
            auto params = accept_params(batch);
            rows =
                co_await database_.execute(sql::accept_notifications, std::move(params), deadline_in(kInsertTimeout));
            break;
        }
        catch (const pg::SqlError& error)
        {
            if (error.is_retryable() && attempt < kAttempts) continue;
            if (!error.is_about_a_row()) throw;
            if (batch.size() > 1) co_return std::vector<WriteOutcome>();
            log::error("a notification was refused by the database", {{"statement", error.statement},
                                                                      {"sqlstate", error.sqlstate},
                                                                      {"notification", batch.front()->id.to_string()}});
            co_return std::vector<WriteOutcome>{WriteOutcome::refused_by_database};
        }
    }
    std::unordered_map<Uuid, std::size_t, UuidHash> places;
    for (std::size_t i = 0; i < batch.size(); ++i) places[batch[i]->id.value] = i;
    std::vector<WriteOutcome> outcomes(batch.size(), WriteOutcome::refused_by_database);
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const std::size_t place = places.at(rows.get<Uuid>(i, 0));
        const NewNotification& row = *batch[place];
        outcomes[place] = static_cast<WriteOutcome>(rows.get<std::int16_t>(i, 1));
        if (const auto why = rows.get<std::optional<std::string>>(i, 3))
            count_suppressed(*why);
        else if (outcomes[place] == WriteOutcome::written && !row.scheduled_for)
            written_(row.lane, row.service_id);
        if (row.counts && rows.get<bool>(i, 2)) note_full(row);
    }
    co_return outcomes;
}

}  // namespace herald
