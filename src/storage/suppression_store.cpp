#include "storage/suppression_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

template <class T, class Rows, class Read>
std::vector<T> column(const Rows& rows, Read read)
{
    std::vector<T> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(read(row));
    return values;
}

std::int16_t number_of(SuppressionReason reason)
{
    return static_cast<std::int16_t>(reason);
}

std::optional<std::int16_t> number_of(std::optional<Channel> channel)
{
    return channel ? std::optional(static_cast<std::int16_t>(*channel)) : std::nullopt;
}

std::optional<pg::Bytes> bytes_of(const std::optional<std::string>& text)
{
    return text ? std::optional(pg::Bytes{*text}) : std::nullopt;
}

std::optional<std::string> read_bytes(const pg::Rows& rows, std::size_t i, std::string_view name)
{
    auto bytes = rows.get<std::optional<pg::Bytes>>(i, name);
    return bytes ? std::optional(std::move(bytes->value)) : std::nullopt;
}

SuppressionReason read_reason(const pg::Rows& rows, std::size_t i)
{
    return static_cast<SuppressionReason>(rows.get<std::int16_t>(i, "reason"));
}

SuppressionRow read_row(const pg::Rows& rows, std::size_t i)
{
    SuppressionRow row;
    row.id = SuppressionId{rows.get<Uuid>(i, "id")};
    row.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    row.recipient_sealed = read_bytes(rows, i, "recipient_sealed");
    row.reason = read_reason(rows, i);
    if (const auto id = rows.get<std::optional<Uuid>>(i, "notification_id")) row.notification_id = NotificationId{*id};
    row.created_at = rows.get<Instant>(i, "created_at");
    row.created_by_email = rows.get<std::optional<std::string>>(i, "created_by_email").value_or("");
    row.lifted_at = rows.get<std::optional<Instant>>(i, "lifted_at");
    row.lifted_by_email = rows.get<std::optional<std::string>>(i, "lifted_by_email").value_or("");
    return row;
}

pg::Params key_of(const std::vector<DueSuppression>& due)
{
    using D = DueSuppression;
    pg::Params params;
    params.add(column<Uuid>(due, [](const D& d) { return d.service_id.value; }));
    params.add(column<Uuid>(due, [](const D& d) { return d.notification_id.value; }));
    params.add(column<std::int16_t>(due, [](const D& d) { return number_of(d.reason); }));
    return params;
}

}  // namespace

Task<std::vector<SuppressionRow>> SuppressionStore::list(ServiceId service, SuppressionFilter filter,
                                                         std::int32_t page_size, Deadline deadline)
{
    auto params = pg::Params::of(service, number_of(filter.channel), bytes_of(filter.recipient_hash),
                                 filter.with_lifted, filter.older_than, page_size);
    const auto rows = co_await database_.execute(sql::list_suppressions, std::move(params), deadline);
    std::vector<SuppressionRow> found;
    found.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_row(rows, i));
    co_return found;
}

Task<std::optional<SuppressionReason>> SuppressionStore::find(SuppressionKey key, Deadline deadline)
{
    auto params = pg::Params::of(key.service_id, static_cast<std::int16_t>(key.channel), pg::Bytes{key.recipient_hash});
    const auto rows = co_await database_.execute(sql::find_suppression, std::move(params), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_reason(rows, 0);
}

Task<std::vector<SuppressionReason>> SuppressionStore::add(pg::Transaction& transaction,
                                                           std::vector<NewSuppression> wanted,
                                                           std::optional<UserId> author, Instant now, Deadline deadline)
{
    using N = NewSuppression;
    pg::Params params;
    params.add(column<Uuid>(wanted, [](const N& n) { return n.key.service_id.value; }));
    params.add(column<Uuid>(wanted, [](const N& n) { return n.id.value; }));
    params.add(column<std::int16_t>(wanted, [](const N& n) { return static_cast<std::int16_t>(n.key.channel); }));
    params.add(column<pg::Bytes>(wanted, [](const N& n) { return pg::Bytes{n.key.recipient_hash}; }));
    params.add(column<std::optional<pg::Bytes>>(wanted, [](const N& n) { return bytes_of(n.recipient_sealed); }));
    params.add(column<std::int16_t>(wanted, [](const N& n) { return number_of(n.reason); }));
    params.add(column<std::optional<Uuid>>(
        wanted, [](const N& n) { return n.notification_id ? std::optional(n.notification_id->value) : std::nullopt; }));
    params.add(author);
    params.add(now);
    const auto rows = co_await transaction.execute(sql::add_suppressions, std::move(params), deadline);
    std::vector<SuppressionReason> added;
    added.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) added.push_back(read_reason(rows, i));
    co_return added;
}

Task<bool> SuppressionStore::lift(pg::Transaction& transaction, SuppressionKey key, std::optional<UserId> author,
                                  Instant now, Deadline deadline)
{
    auto params = pg::Params::of(key.service_id, static_cast<std::int16_t>(key.channel), pg::Bytes{key.recipient_hash},
                                 author, now);
    const auto rows = co_await transaction.execute(sql::lift_suppression, std::move(params), deadline);
    co_return !rows.empty();
}

Task<bool> SuppressionStore::was_changed_since(pg::Transaction& transaction, SuppressionKey key, Instant since,
                                               Deadline deadline)
{
    auto params =
        pg::Params::of(key.service_id, static_cast<std::int16_t>(key.channel), pg::Bytes{key.recipient_hash}, since);
    const auto rows = co_await transaction.execute(sql::find_later_suppression, std::move(params), deadline);
    co_return !rows.empty();
}

Task<std::vector<DueSuppression>> SuppressionStore::list_due(pg::Transaction& transaction, Instant now,
                                                             std::int32_t most, Deadline deadline)
{
    auto params = pg::Params::of(now, most);
    const auto rows = co_await transaction.execute(sql::list_due_suppressions, std::move(params), deadline);
    std::vector<DueSuppression> due(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        due[i].service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
        due[i].notification_id = NotificationId{rows.get<Uuid>(i, "notification_id")};
        due[i].reason = read_reason(rows, i);
        due[i].counts = rows.get<bool>(i, "counts");
        due[i].channel = static_cast<Channel>(rows.get<std::optional<std::int16_t>>(i, "channel").value_or(0));
        due[i].sealed = read_bytes(rows, i, "sealed");
    }
    co_return due;
}

Task<> SuppressionStore::end_due(pg::Transaction& transaction, std::vector<DueSuppression> due, Deadline deadline)
{
    auto params = key_of(due);
    params.add(column<std::optional<Instant>>(due, [](const DueSuppression& d) { return d.retry_at; }));
    co_await transaction.execute(sql::end_due_suppressions, std::move(params), deadline);
}

}  // namespace herald
