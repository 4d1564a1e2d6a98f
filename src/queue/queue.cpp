#include "queue/queue.hpp"

#include <algorithm>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kPlacesPerClaim = 64;
constexpr std::int16_t kEmail = 1;  // domain/notifications: Channel
constexpr std::int16_t kSms = 2;
constexpr std::int16_t kTestLane = 4;  // domain/notifications: Lane

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

Uuid just_below(Uuid id)
{
    return uuid_v7_floor(uuid_v7_time(id) - milliseconds(1));
}

}  // namespace

DeliveryQueue::DeliveryQueue(pg::Database& database, WakeUp& wake_up, QueueOptions options)
    : database_(database),
      wake_up_(wake_up),
      options_(options),
      rewind_at_(deadline_in(options.rewind_every)),
      rewind_fully_at_(deadline_in(options.rewind_fully_every))
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

// Rows of (lane, service_id, ...).
void DeliveryQueue::add_hints(const pg::Rows& rows)
{
    for (std::size_t i = 0; i < rows.size(); ++i) hint(rows.get<std::int16_t>(i, 0), ServiceId{rows.get<Uuid>(i, 1)});
}

Task<> DeliveryQueue::refresh_services(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_queue_services, pg::Params(), deadline);
    add_hints(rows);
}

// Where something was claimed, something may have become visible below the cursor.
void DeliveryQueue::rewind(Instant now, std::set<Place>& to_look_at)
{
    const Deadline time = std::chrono::steady_clock::now();
    if (time >= rewind_fully_at_)
    {
        for (const auto& [shelf, id] : cursor_) to_look_at.insert(shelf.first);
        cursor_.clear();
        rewind_fully_at_ = deadline_in(options_.rewind_fully_every);
    }
    if (time < rewind_at_) return;
    const Uuid floor = uuid_v7_floor(now - options_.late);
    for (auto& [shelf, id] : cursor_)
    {
        if (id <= floor) continue;
        to_look_at.insert(shelf.first);
        id = floor;
    }
    rewind_at_ = deadline_in(options_.rewind_every);
}

void DeliveryQueue::take_hints(Instant now)
{
    std::set<Place> hints;
    rewind(now, hints);
    {
        const std::lock_guard lock(mutex_);
        hints.merge(hints_);
        hints_.clear();
    }
    for (const Place& place : hints)
    {
        if (is_busy_.insert(place).second) busy_[place.first].push_back(place.second);
    }
}

// The next places of the rotation, priority lane first, each moved to the end of its lane's line. A lane leaves up to
// half of what is left to those after it, so that none starves.
std::vector<DeliveryQueue::Place> DeliveryQueue::next_places(std::size_t most)
{
    std::vector<Place> places;
    std::size_t later = is_busy_.size();
    for (auto& [lane, line] : busy_)
    {
        later -= line.size();
        const std::size_t left = most - places.size();
        const std::size_t count = std::min(line.size(), left - std::min(later, left / 2));
        for (std::size_t i = 0; i < count; ++i)
        {
            places.emplace_back(lane, line.front());
            line.push_back(line.front());
            line.pop_front();
        }
    }
    return places;
}

// An equal part of a share's room for each of its places; when there are more places than room, for the first of them.
std::vector<DeliveryQueue::Ask> DeliveryQueue::asks(const std::vector<Place>& places, const ClaimRoom& room)
{
    std::vector<Place> test;
    std::vector<Place> others;
    for (const Place& place : places) (place.first == kTestLane ? test : others).push_back(place);
    std::vector<Ask> asked;
    const auto add = [&asked](const std::vector<Place>& from, std::int16_t channel, const ClaimShare& share)
    {
        const std::size_t count = std::min(from.size(), share.room);
        for (std::size_t i = 0; i < count; ++i)
            asked.emplace_back(Shelf(from[i], channel), std::max<std::size_t>(1, share.room / from.size()), &share);
    };
    add(others, kEmail, room.email);
    add(others, kSms, room.sms);
    add(test, kEmail, room.test);
    add(test, kSms, room.test);
    return asked;
}

pg::Params DeliveryQueue::claim_params(const std::vector<Ask>& asked, Uuid holder, Instant now)
{
    std::vector<std::int16_t> lanes;
    std::vector<Uuid> services;
    std::vector<std::int16_t> channels;
    std::vector<Uuid> cursors;
    std::vector<std::int32_t> quotas;
    std::vector<std::string> providers;
    std::vector<std::string> abroad;
    std::vector<std::string> others;
    for (const auto& [shelf, quota, share] : asked)
    {
        lanes.push_back(shelf.first.first);
        services.push_back(shelf.first.second.value);
        channels.push_back(shelf.second);
        const auto cursor = cursor_.find(shelf);
        cursors.push_back(cursor == cursor_.end() ? Uuid() : cursor->second);
        quotas.push_back(static_cast<std::int32_t>(quota));
        providers.push_back(share->provider);
        abroad.push_back(share->abroad);
        others.push_back(share->other);
    }
    const auto lease = static_cast<double>(options_.lease.count());
    return pg::Params::of(lanes, services, channels, cursors, quotas, providers, abroad, others, holder, lease, now);
}

void DeliveryQueue::note_claimed(const std::vector<Ask>& asked, const std::vector<ClaimedDelivery>& claimed,
                                 Instant now)
{
    const Uuid newest_cursor = uuid_v7_floor(now - options_.stragglers);
    std::map<Shelf, std::size_t> counts;
    for (const auto& one : claimed)
    {
        const Shelf shelf(Place(one.lane, one.service_id), one.channel);
        ++counts[shelf];
        auto& cursor = cursor_[shelf];
        cursor = std::max(cursor, std::min(one.id.value, newest_cursor));
    }
    // A place is done with when every channel was looked into and none had its share.
    std::map<Place, int> done_channels;
    for (const auto& [shelf, quota, share] : asked)
    {
        if (counts[shelf] < quota) ++done_channels[shelf.first];
    }
    for (const auto& [place, count] : done_channels)
    {
        if (count < 2) continue;
        is_busy_.erase(place);
        std::erase(busy_[place.first], place.second);
    }
}

Task<std::vector<ClaimedDelivery>> DeliveryQueue::claim(ClaimRoom room, Instant now, Deadline deadline)
{
    take_hints(now);
    if (!lost_claims_.empty() && std::chrono::steady_clock::now() >= release_at_)
        co_await release_lost_claims(deadline);
    std::vector<ClaimedDelivery> claimed;
    // Places where only a channel without room has something stay busy: step over them, once around.
    std::size_t unseen = is_busy_.size();
    while (claimed.empty() && unseen > 0)
    {
        const auto places =
            next_places(std::min(std::max({room.email.room, room.sms.room, room.test.room}), kPlacesPerClaim));
        if (places.empty()) break;
        unseen -= std::min(unseen, places.size());
        claimed = co_await claim_from(places, room, now, deadline);
    }
    co_return claimed;
}

Task<std::vector<ClaimedDelivery>> DeliveryQueue::claim_from(std::vector<Place> places, ClaimRoom room, Instant now,
                                                             Deadline deadline)
{
    const auto asked = asks(places, room);
    const Uuid holder = make_uuid_v4();
    auto params = claim_params(asked, holder, now);
    pg::Rows rows;
    try
    {
        rows = co_await database_.execute(sql::claim_deliveries, std::move(params), deadline);
    }
    catch (const pg::SqlError&)
    {
        throw;
    }
    catch (...)
    {
        // A lease that nobody knows of would end only by itself, and as an attempt that was made.
        lost_claims_.emplace(holder, deadline_in(options_.lease));
        throw;
    }
    std::vector<ClaimedDelivery> claimed;
    claimed.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) claimed.push_back(read_claimed(rows, i));
    note_claimed(asked, claimed, now);
    co_return claimed;
}

// A claim that was cut off may be at work on the server for some time yet: not only once.
Task<> DeliveryQueue::release_lost_claims(Deadline deadline)
{
    std::vector<Uuid> holders;
    holders.reserve(lost_claims_.size());
    for (const auto& [holder, until] : lost_claims_) holders.push_back(holder);
    auto params = pg::Params::of(holders);
    co_await database_.execute(sql::release_lost_claims, std::move(params), deadline);
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(lost_claims_, [now](const auto& lost) { return lost.second <= now; });
    release_at_ = deadline_in(options_.rewind_every);
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
    add_hints(rows);
    std::int64_t moved = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        // What comes back is older than what was claimed since.
        const Place place(rows.get<std::int16_t>(i, "lane"), ServiceId{rows.get<Uuid>(i, "service_id")});
        const auto cursor = cursor_.find(Shelf(place, rows.get<std::int16_t>(i, "channel")));
        if (cursor != cursor_.end()) cursor->second = std::min(cursor->second, just_below(rows.get<Uuid>(i, "oldest")));
        moved += rows.get<std::int64_t>(i, "moved");
    }
    co_return moved;
}

Task<std::int64_t> DeliveryQueue::recover_expired_leases(Instant now, Deadline deadline)
{
    auto params = pg::Params::of(now, kMoveBatch, now + options_.uncertain_pause);
    const auto rows = co_await database_.execute(sql::recover_expired_leases, std::move(params), deadline);
    co_return rows.affected();
}

}  // namespace herald
