#include "queue/queue.hpp"

#include <algorithm>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kPlacesPerClaim = 64;
constexpr std::int32_t kMoveBatch = 2000;

ClaimedDelivery read_claimed(const pg::Rows& rows, std::size_t i)
{
    ClaimedDelivery claimed;
    claimed.lane = rows.get<std::int16_t>(i, "lane");
    claimed.service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
    claimed.id = NotificationId{rows.get<Uuid>(i, "notification_id")};
    claimed.attempt = rows.get<std::int16_t>(i, "attempt");
    claimed.fence = rows.get<std::int64_t>(i, "fence");
    claimed.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    claimed.template_version = rows.get<std::int32_t>(i, "template_version");
    claimed.key_type = rows.get<std::int16_t>(i, "key_type");
    claimed.channel = rows.get<std::int16_t>(i, "channel");
    claimed.international = rows.get<bool>(i, "international");
    claimed.sealed = rows.get<std::optional<pg::Bytes>>(i, "sealed").value_or(pg::Bytes{}).value;
    return claimed;
}

}  // namespace

DeliveryQueue::DeliveryQueue(pg::Database& database, WakeUp& wake_up, QueueOptions options)
    : database_(database),
      wake_up_(wake_up),
      options_(options),
      holder_(make_uuid_v4()),
      rewind_at_(deadline_in(options.rewind_every))
{
}

void DeliveryQueue::hint(std::int16_t lane, ServiceId service)
{
    bool is_new = false;
    {
        const std::lock_guard lock(mutex_);
        is_new = hints_.emplace(lane, service).second;
    }
    if (is_new) wake_up_.raise();
}

Task<> DeliveryQueue::refresh_services(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_queue_services, pg::Params(), deadline);
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < rows.size(); ++i)
        hints_.emplace(rows.get<std::int16_t>(i, 0), ServiceId{rows.get<Uuid>(i, 1)});
}

void DeliveryQueue::take_hints()
{
    if (std::chrono::steady_clock::now() >= rewind_at_)
    {
        cursor_.clear();
        rewind_at_ = deadline_in(options_.rewind_every);
    }
    std::set<Place, PlaceOrder> hints;
    {
        const std::lock_guard lock(mutex_);
        hints.swap(hints_);
    }
    for (const Place& place : hints)
    {
        if (is_busy_.insert(place).second) busy_[place.first].push_back(place.second);
    }
}

// The next places of the rotation, priority lane first, each moved to the end of its lane's line.
std::vector<DeliveryQueue::Place> DeliveryQueue::next_places(std::size_t most)
{
    std::vector<Place> places;
    for (auto& [lane, line] : busy_)
    {
        const std::size_t count = std::min(line.size(), most - places.size());
        for (std::size_t i = 0; i < count; ++i)
        {
            places.emplace_back(lane, line.front());
            line.push_back(line.front());
            line.pop_front();
        }
    }
    return places;
}

void DeliveryQueue::note_claimed(const std::vector<Place>& asked, const std::vector<ClaimedDelivery>& claimed,
                                 std::size_t quota)
{
    std::map<Place, std::size_t, PlaceOrder> counts;
    for (const auto& one : claimed)
    {
        const Place place(one.lane, one.service_id);
        ++counts[place];
        auto& cursor = cursor_[place];
        cursor = std::max(cursor, one.id.value);
    }
    for (const Place& place : asked)
    {
        if (counts[place] >= quota) continue;  // there may be more
        is_busy_.erase(place);
        std::erase(busy_[place.first], place.second);
    }
}

Task<std::vector<ClaimedDelivery>> DeliveryQueue::claim(std::size_t most, Instant now, Deadline deadline)
{
    take_hints();
    const auto places = next_places(std::min(most, kPlacesPerClaim));
    std::vector<ClaimedDelivery> claimed;
    if (places.empty()) co_return claimed;

    const std::size_t quota = std::max<std::size_t>(1, most / places.size());
    std::vector<std::int16_t> lanes;
    std::vector<Uuid> services;
    std::vector<Uuid> cursors;
    for (const Place& place : places)
    {
        lanes.push_back(place.first);
        services.push_back(place.second.value);
        cursors.push_back(cursor_[place]);
    }
    auto params = pg::Params::of(lanes, services, cursors,
                                 std::vector<std::int32_t>(places.size(), static_cast<std::int32_t>(quota)), holder_,
                                 now + options_.lease, now);
    const auto rows = co_await database_.execute(sql::claim_deliveries, std::move(params), deadline);
    claimed.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) claimed.push_back(read_claimed(rows, i));
    note_claimed(places, claimed, quota);
    co_return claimed;
}

Task<> DeliveryQueue::release(std::vector<ClaimedDelivery> claimed, Deadline deadline)
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

Task<std::int64_t> DeliveryQueue::move_due_retries(Instant now, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::move_due_retries, pg::Params::of(now, kMoveBatch), deadline);
    co_return rows.affected();
}

Task<std::int64_t> DeliveryQueue::recover_expired_leases(Instant now, Deadline deadline)
{
    auto params = pg::Params::of(now, kMoveBatch, now + options_.uncertain_pause);
    const auto rows = co_await database_.execute(sql::recover_expired_leases, std::move(params), deadline);
    co_return rows.affected();
}

}  // namespace herald
