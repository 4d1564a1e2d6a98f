#include "storage/provider_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

std::int16_t number(Channel channel)
{
    return static_cast<std::int16_t>(channel);
}

}  // namespace

Task<std::vector<ProviderRow>> ProviderStore::list(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_providers, pg::Params(), deadline);
    std::vector<ProviderRow> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        ProviderRow& row = found[i];
        row.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
        row.name = rows.get<std::string>(i, "name");
        row.priority = rows.get<std::int32_t>(i, "priority");
        row.resting_priority = rows.get<std::int32_t>(i, "resting_priority");
        row.active = rows.get<bool>(i, "active");
        row.international = rows.get<bool>(i, "international");
        row.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
        row.updated_by_email = rows.get<std::optional<std::string>>(i, "updated_by_email").value_or("");
    }
    co_return found;
}

Task<std::vector<ProviderEvent>> ProviderStore::history(std::optional<ProviderName> of, std::int32_t most,
                                                        Deadline deadline)
{
    std::optional<std::int16_t> channel;
    std::optional<std::string> name;
    if (of)
    {
        channel = number(of->channel);
        name = of->name;
    }
    auto params = pg::Params::of(channel, name, most);
    const auto rows = co_await database_.execute(sql::list_provider_history, std::move(params), deadline);
    std::vector<ProviderEvent> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        ProviderEvent& event = found[i];
        event.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
        event.name = rows.get<std::string>(i, "name");
        event.at = rows.get<Instant>(i, "at");
        event.priority = rows.get<std::int32_t>(i, "priority");
        event.active = rows.get<bool>(i, "active");
        event.international = rows.get<bool>(i, "international");
        event.reason = rows.get<std::string>(i, "reason");
        event.author_email = rows.get<std::optional<std::string>>(i, "author_email").value_or("");
    }
    co_return found;
}

Task<> ProviderStore::add_missing(std::vector<ProviderName> all, Instant now, Deadline deadline)
{
    std::vector<std::int16_t> channels;
    std::vector<std::string> names;
    for (const ProviderName& each : all)
    {
        channels.push_back(number(each.channel));
        names.push_back(each.name);
    }
    auto params = pg::Params::of(channels, names, now);
    co_await database_.execute(sql::register_providers, std::move(params), deadline);
}

Task<bool> ProviderStore::change(ProviderName which, ProviderUpdate update, std::string reason,
                                 std::optional<UserId> author, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(number(which.channel), which.name, update.priority, update.active,
                                 update.international, reason, now, author);
    const auto rows = co_await database_.execute(sql::change_provider, std::move(params), deadline);
    co_return rows.affected() == 1;
}

Task<std::int64_t> ProviderStore::demote(ProviderName which, std::int32_t step, std::string reason, Instant not_since,
                                         Instant now, Deadline deadline)
{
    auto params = pg::Params::of(number(which.channel), which.name, step, reason, now, not_since);
    const auto rows = co_await database_.execute(sql::demote_provider, std::move(params), deadline);
    co_return rows.affected();
}

Task<std::int64_t> ProviderStore::restore(std::int32_t step, Instant not_since, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(step, now, not_since);
    const auto rows = co_await database_.execute(sql::restore_providers, std::move(params), deadline);
    co_return rows.affected();
}

Task<std::vector<ProviderSpeed>> ProviderStore::measure_speeds(Instant now, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::measure_delivery_speeds, pg::Params::of(now), deadline);
    std::vector<ProviderSpeed> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        ProviderSpeed& speed = found[i];
        speed.name = rows.get<std::string>(i, "name");
        speed.active = rows.get<bool>(i, "active");
        speed.minutes = rows.get<std::int32_t>(i, "minutes");
        speed.judged = rows.get<std::int64_t>(i, "judged");
        speed.slow = rows.get<std::int64_t>(i, "slow");
    }
    co_return found;
}

Task<> ProviderStore::note(ProviderName which, std::string reason, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(number(which.channel), which.name, reason, now);
    co_await database_.execute(sql::note_provider, std::move(params), deadline);
}

}  // namespace herald
