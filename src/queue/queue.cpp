#include "queue/queue.hpp"

#include <algorithm>

#include "storage/pg/database.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kPlacesPerClaim = 64;
constexpr std::int16_t kEmail = 1;  // domain/notifications: Channel
constexpr std::int16_t kSms = 2;
constexpr std::int16_t kTestLane = 4;  // domain/notifications: Lane

Uuid just_below(Uuid id)
{
    return uuid_v7_floor(uuid_v7_time(id) - milliseconds(1));
}

}  // namespace

DeliveryQueue::DeliveryQueue(QueueStore& store, WakeUp& wake_up, QueueOptions options)
    : store_(store),
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

Task<> DeliveryQueue::refresh_services(Deadline deadline)
{
    for (const auto& [lane, service] : co_await store_.list_places(deadline)) hint(lane, service);
}

// Where something was claimed, something may have become visible below the cursor.
void DeliveryQueue::rewind(Instant now, std::set<Place>& to_look_at)
{
    const Deadline time = monotonic_now();
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
std::vector<ClaimAsk> DeliveryQueue::asks(const std::vector<Place>& places, const ClaimRoom& room) const
{
    std::vector<Place> test;
    std::vector<Place> others;
    for (const Place& place : places) (place.first == kTestLane ? test : others).push_back(place);
    std::vector<ClaimAsk> asked;
    const auto add = [&](const std::vector<Place>& from, std::int16_t channel, const ClaimShare& share)
    {
        const std::size_t count = std::min(from.size(), share.room);
        for (std::size_t i = 0; i < count; ++i)
        {
            const Shelf shelf(from[i], channel);
            const auto cursor = cursor_.find(shelf);
            const auto quota = static_cast<std::int32_t>(std::max<std::size_t>(1, share.room / from.size()));
            asked.push_back({shelf, cursor == cursor_.end() ? Uuid() : cursor->second, quota, share.provider,
                             share.abroad, share.other});
        }
    };
    add(others, kEmail, room.email);
    add(others, kSms, room.sms);
    add(test, kEmail, room.test);
    add(test, kSms, room.test);
    return asked;
}

void DeliveryQueue::note_claimed(const std::vector<ClaimAsk>& asked, const std::vector<ClaimedDelivery>& claimed,
                                 Instant now)
{
    const Uuid newest_cursor = uuid_v7_floor(now - options_.stragglers);
    std::map<Shelf, std::int32_t> counts;
    for (const auto& one : claimed)
    {
        const Shelf shelf(Place(one.lane, one.service_id), one.channel);
        ++counts[shelf];
        auto& cursor = cursor_[shelf];
        cursor = std::max(cursor, std::min(one.id.value, newest_cursor));
    }
    // A place is done with when every channel was looked into and none had its share.
    std::map<Place, int> done_channels;
    for (const ClaimAsk& ask : asked)
    {
        if (counts[ask.shelf] < ask.most) ++done_channels[ask.shelf.first];
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
    if (!lost_claims_.empty() && monotonic_now() >= release_at_) co_await release_lost_claims(deadline);
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
    const Uuid holder = options_.name_claim();
    const Deadline held_until = deadline_in(options_.lease);
    std::vector<ClaimedDelivery> claimed;
    try
    {
        claimed = co_await store_.claim(asked, holder, options_.lease, now, deadline);
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
    for (ClaimedDelivery& one : claimed) one.held_until = held_until;
    note_claimed(asked, claimed, now);
    co_return claimed;
}

// A claim that was cut off may be at work on the server for some time yet: not only once.
Task<> DeliveryQueue::release_lost_claims(Deadline deadline)
{
    std::vector<Uuid> holders;
    holders.reserve(lost_claims_.size());
    for (const auto& [holder, until] : lost_claims_) holders.push_back(holder);
    co_await store_.release_claims(std::move(holders), deadline);
    const auto now = monotonic_now();
    std::erase_if(lost_claims_, [now](const auto& lost) { return lost.second <= now; });
    release_at_ = deadline_in(options_.rewind_every);
}

Task<> DeliveryQueue::release(std::vector<ClaimedDelivery> claimed, Deadline deadline)
{
    co_await store_.release(std::move(claimed), deadline);
}

Task<std::int64_t> DeliveryQueue::move_due_retries(Instant now, Deadline deadline)
{
    std::int64_t moved = 0;
    for (const MovedRetries& back : co_await store_.move_due_retries(now, kMoveBatch, deadline))
    {
        hint(back.shelf.first.first, back.shelf.first.second);
        // What comes back is older than what was claimed since.
        const auto cursor = cursor_.find(back.shelf);
        if (cursor != cursor_.end()) cursor->second = std::min(cursor->second, just_below(back.oldest));
        moved += back.count;
    }
    co_return moved;
}

Task<std::int64_t> DeliveryQueue::recover_expired_leases(Instant now, Deadline deadline)
{
    co_return co_await store_.recover_expired_leases(now, kMoveBatch, now + options_.uncertain_pause, deadline);
}

}  // namespace herald
