#include "operations/notification_writer.hpp"

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr auto kInsertTimeout = seconds(20);

template <class T, class Read>
auto column(const std::vector<const NewNotification*>& batch, Read read)
{
    std::vector<T> values;
    values.reserve(batch.size());
    for (const auto* row : batch) values.push_back(read(*row));
    return values;
}

pg::Params batch_params(const std::vector<const NewNotification*>& batch)
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
    return params;
}

}  // namespace

NotificationWriter::NotificationWriter(pg::Database& database, TaskScope& scope, asio::any_io_executor executor,
                                       GroupCommitOptions options, Written written)
    : database_(database),
      written_(std::move(written)),
      commits_(scope, std::move(executor), options, [this](Batch batch) { return commit(std::move(batch)); })
{
}

Task<std::vector<WriteOutcome>> NotificationWriter::commit(Batch batch)
{
    std::unordered_map<const NewNotification*, WriteOutcome> outcomes;
    co_await admit(batch, outcomes);
    std::vector<WriteOutcome> in_order;
    in_order.reserve(batch.size());
    for (const auto* row : batch) in_order.push_back(outcomes.at(row));
    co_return in_order;
}

Task<> NotificationWriter::admit(Batch batch, std::unordered_map<const NewNotification*, WriteOutcome>& outcomes)
{
    const auto answers = co_await insert(batch);
    std::unordered_map<ServiceId, Batch, UuidHash> undecided;
    for (std::size_t i = 0; i < batch.size(); ++i)
    {
        outcomes[batch[i]] = answers[i];
        if (answers[i] == WriteOutcome::written) written_(batch[i]->lane, batch[i]->service_id);
        if (answers[i] == WriteOutcome::over_daily_limit || answers[i] == WriteOutcome::refused_by_database)
            undecided[batch[i]->service_id].push_back(batch[i]);
    }
    for (auto& [service, rows] : undecided)
    {
        if (rows.size() == 1 && batch.size() == 1) continue;  // alone: decided
        const auto middle = rows.begin() + static_cast<std::ptrdiff_t>((rows.size() + 1) / 2);
        Batch first(rows.begin(), middle);
        Batch second(middle, rows.end());
        co_await admit(std::move(first), outcomes);
        if (!second.empty()) co_await admit(std::move(second), outcomes);
    }
}

Task<std::vector<WriteOutcome>> NotificationWriter::insert(Batch batch)
{
    std::unordered_map<NotificationId, WriteOutcome, UuidHash> answers;
    try
    {
        auto params = batch_params(batch);
        const auto rows =
            co_await database_.execute(sql::accept_notifications, std::move(params), deadline_in(kInsertTimeout));
        for (std::size_t i = 0; i < rows.size(); ++i)
            answers[NotificationId{rows.get<Uuid>(i, 0)}] = static_cast<WriteOutcome>(rows.get<std::int16_t>(i, 1));
    }
    catch (const pg::SqlError& error)
    {
        log::error("a batch of notifications was refused by the database",
                   {{"sqlstate", error.sqlstate}, {"rows", batch.size()}});
    }
    std::vector<WriteOutcome> in_order;
    in_order.reserve(batch.size());
    for (const auto* row : batch)
    {
        const auto answer = answers.find(row->id);
        in_order.push_back(answer == answers.end() ? WriteOutcome::refused_by_database : answer->second);
    }
    co_return in_order;
}

}  // namespace herald
