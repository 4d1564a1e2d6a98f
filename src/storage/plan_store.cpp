#include "storage/plan_store.hpp"

#include "domain/notifications/lane.hpp"
#include "sql/queries.hpp"

namespace herald
{

Task<std::int64_t> PlanStore::daily_usage(ServiceId service, LocalDate day, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_daily_usage, pg::Params::of(service, day), deadline);
    co_return rows.empty() ? 0 : rows.get<std::int64_t>(0, "count");
}

Task<std::int64_t> PlanStore::count_suppressed(ServiceId service, Channel channel,
                                               std::vector<std::string> recipient_hashes, Deadline deadline)
{
    std::vector<pg::Bytes> hashes;
    hashes.reserve(recipient_hashes.size());
    for (auto& hash : recipient_hashes) hashes.push_back(pg::Bytes{std::move(hash)});
    auto params = pg::Params::of(service, static_cast<std::int16_t>(channel), hashes);
    const auto rows = co_await database_.execute(sql::count_suppressed, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "count");
}

Task<std::int64_t> PlanStore::count_rows_ahead(Channel channel, Instant begins_at, Deadline deadline)
{
    auto params = pg::Params::of(static_cast<std::int16_t>(channel), static_cast<std::int16_t>(Lane::bulk), begins_at,
                                 kCountedAhead);
    const auto rows = co_await database_.execute(sql::count_rows_ahead, std::move(params), deadline);
    co_return rows.get<std::int64_t>(0, "count");
}

}  // namespace herald
