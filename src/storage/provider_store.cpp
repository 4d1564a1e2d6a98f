#include "storage/provider_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

Task<std::vector<ProviderRow>> ProviderStore::list(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_providers, pg::Params(), deadline);
    std::vector<ProviderRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({static_cast<Channel>(rows.get<std::int16_t>(i, "channel")), rows.get<std::string>(i, "name"),
                         rows.get<std::int32_t>(i, "priority"), rows.get<bool>(i, "active"),
                         rows.get<std::optional<Instant>>(i, "updated_at"),
                         rows.get<std::optional<std::string>>(i, "updated_by_email").value_or("")});
    co_return found;
}

Task<bool> ProviderStore::change(Channel channel, std::string name, std::optional<std::int32_t> priority,
                                 std::optional<bool> active, std::optional<UserId> author, Instant now,
                                 Deadline deadline)
{
    auto params = pg::Params::of(static_cast<std::int16_t>(channel), name, priority, active, now, author);
    const auto rows = co_await database_.execute(sql::change_provider, std::move(params), deadline);
    co_return rows.affected() == 1;
}

}  // namespace herald
