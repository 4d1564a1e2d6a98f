#include "queue/postgres_queue_store.hpp"

#include <optional>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

ClaimedDelivery read_claimed(const pg::Rows& rows, std::size_t i)
{
    ClaimedDelivery claimed;
    claimed.lane = rows.get<std::int16_t>(i, "lane");
    claimed.service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
    claimed.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
    claimed.attempt = rows.get<std::int16_t>(i, "attempt");
    claimed.fence = rows.get<std::int64_t>(i, "fence");
    claimed.uncertain = rows.get<bool>(i, "uncertain");
    claimed.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    claimed.template_version = rows.get<std::int32_t>(i, "template_version");
    claimed.key_type = rows.get<std::int16_t>(i, "key_type");
    claimed.channel = rows.get<std::int16_t>(i, "channel");
    claimed.international = rows.get<bool>(i, "international");
    claimed.provider = rows.get<std::string>(i, "provider");
    claimed.suppressed_since = rows.get<bool>(i, "suppressed_since");
    claimed.sealed = rows.get<std::optional<pg::Bytes>>(i, "sealed").value_or(pg::Bytes{}).value;
    return claimed;
}

pg::Params claim_params(const std::vector<ClaimAsk>& asked, Uuid holder, seconds lease, Instant now)
{
    std::vector<std::int16_t> lanes;
    std::vector<Uuid> services;
    std::vector<std::int16_t> channels;
    std::vector<Uuid> cursors;
    std::vector<std::int32_t> quotas;
    std::vector<std::string> providers;
    std::vector<std::string> abroad;
    std::vector<std::string> others;
    for (const ClaimAsk& ask : asked)
    {
        lanes.push_back(ask.shelf.first.first);
        services.push_back(ask.shelf.first.second.value);
        channels.push_back(ask.shelf.second);
        cursors.push_back(ask.after);
        quotas.push_back(ask.most);
        providers.push_back(ask.provider);
        abroad.push_back(ask.abroad);
        others.push_back(ask.other);
    }
    const auto lease_seconds = static_cast<double>(lease.count());
    return pg::Params::of(lanes, services, channels, cursors, quotas, providers, abroad, others, holder, lease_seconds,
                          now);
}

}  // namespace

Task<std::vector<DeliveryPlace>> PostgresQueueStore::list_places(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_queue_services, pg::Params(), deadline);
    std::vector<DeliveryPlace> places;
    places.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        places.emplace_back(rows.get<std::int16_t>(i, "lane"), ServiceId{rows.get<Uuid>(i, "service_id")});
    co_return places;
}

Task<std::vector<ClaimedDelivery>> PostgresQueueStore::claim(std::vector<ClaimAsk> asked, Uuid holder, seconds lease,
                                                             Instant now, Deadline deadline)
{
    auto params = claim_params(asked, holder, lease, now);
    const auto rows = co_await database_.execute(sql::claim_deliveries, std::move(params), deadline);
    std::vector<ClaimedDelivery> claimed;
    claimed.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) claimed.push_back(read_claimed(rows, i));
    co_return claimed;
}

Task<> PostgresQueueStore::release(std::vector<ClaimedDelivery> claimed, Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<Uuid> ids;
    std::vector<std::int64_t> fences;
    for (const auto& one : claimed)
    {
        services.push_back(one.service_id.value);
        ids.push_back(one.id.value);
        fences.push_back(one.fence);
    }
    auto params = pg::Params::of(services, ids, fences);
    co_await database_.execute(sql::release_leases, std::move(params), deadline);
}

Task<> PostgresQueueStore::release_claims(std::vector<Uuid> holders, Deadline deadline)
{
    auto params = pg::Params::of(holders);
    co_await database_.execute(sql::release_lost_claims, std::move(params), deadline);
}

Task<std::vector<MovedRetries>> PostgresQueueStore::move_due_retries(Instant now, std::int32_t most, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::move_due_retries, pg::Params::of(now, most), deadline);
    std::vector<MovedRetries> moved(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        const DeliveryPlace place(rows.get<std::int16_t>(i, "lane"), ServiceId{rows.get<Uuid>(i, "service_id")});
        moved[i].shelf = DeliveryShelf(place, rows.get<std::int16_t>(i, "channel"));
        moved[i].count = rows.get<std::int64_t>(i, "moved");
        moved[i].oldest = rows.get<Uuid>(i, "oldest");
    }
    co_return moved;
}

Task<std::int64_t> PostgresQueueStore::recover_expired_leases(Instant now, std::int32_t most, Instant retry_at,
                                                              Deadline deadline)
{
    auto params = pg::Params::of(now, most, retry_at);
    const auto rows = co_await database_.execute(sql::recover_expired_leases, std::move(params), deadline);
    co_return rows.affected();
}

}  // namespace herald
