#include "queue/queue.hpp"

#include <algorithm>

#include "storage/pg/database.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kShelvesPerShare = 64;  // of one claim
constexpr std::int16_t kEmail = 1;            // domain/notifications: Channel
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
    for (const auto& [lane, service] : hints)
    {
        for (const std::int16_t channel : {kEmail, kSms})
        {
            const Shelf shelf(Place(lane, service), channel);
            if (is_busy_.insert(shelf).second) busy_[std::pair(channel, lane)].push_back(service);
        }
    }
}

std::size_t DeliveryQueue::count_shelves(std::int16_t channel, bool of_test_lane) const
{
    std::size_t count = 0;
    for (const auto& [key, line] : busy_)
    {
        if (key.first == channel && (key.second == kTestLane) == of_test_lane) count += line.size();
    }
    return count;
}

// The next of the rotation, priority lane first, each moved to the end of its line. A lane leaves up to half of what is
// left to those after it, so that none starves.
std::vector<DeliveryShelf> DeliveryQueue::next_shelves(std::int16_t channel, bool of_test_lane, std::size_t most)
{
    std::vector<Shelf> shelves;
    std::size_t later = count_shelves(channel, of_test_lane);
    for (auto& [key, line] : busy_)
    {
        const std::int16_t lane = key.second;
        if (key.first != channel || (lane == kTestLane) != of_test_lane) continue;
        later -= line.size();
        const std::size_t left = most - shelves.size();
        const std::size_t count = std::min(line.size(), left - std::min(later, left / 2));
        for (std::size_t i = 0; i < count; ++i)
        {
            shelves.emplace_back(Place(lane, line.front()), channel);
            line.push_back(line.front());
            line.pop_front();
        }
    }
    return shelves;
}

// An equal part of the share's room for each shelf; when there are more shelves than room, one for each of the next.
void DeliveryQueue::add_asks(std::vector<ClaimAsk>& asked, std::int16_t channel, bool of_test_lane,
                             const ClaimShare& share)
{
    const auto shelves = next_shelves(channel, of_test_lane, std::min(share.room, kShelvesPerShare));
    for (const Shelf& shelf : shelves)
    {
        const auto cursor = cursor_.find(shelf);
        const auto quota = static_cast<std::int32_t>(share.room / shelves.size());
        asked.push_back({shelf, cursor == cursor_.end() ? Uuid() : cursor->second, quota, share.provider, share.abroad,
                         share.other});
    }
}

std::vector<ClaimAsk> DeliveryQueue::next_asks(const ClaimRoom& room)
{
    std::vector<ClaimAsk> asked;
    add_asks(asked, kEmail, false, room.email);
    add_asks(asked, kSms, false, room.sms);
    add_asks(asked, kEmail, true, room.test);
    add_asks(asked, kSms, true, room.test);
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
        const auto lowered = lowered_.find(shelf);
        if (lowered != lowered_.end()) cursor = std::min(cursor, lowered->second);
    }
    // One is done with when it did not have its share.
    for (const ClaimAsk& ask : asked)
    {
        if (counts[ask.shelf] >= ask.most) continue;
        const auto& [place, channel] = ask.shelf;
        if (is_busy_.erase(ask.shelf) > 0) std::erase(busy_[std::pair(channel, place.first)], place.second);
    }
}

Task<std::vector<ClaimedDelivery>> DeliveryQueue::claim(ClaimRoom room, Instant now, Deadline deadline)
{
    take_hints(now);
    if (!lost_claims_.empty() && monotonic_now() >= release_at_) co_await release_lost_claims(deadline);
    // Once around, until something is found.
    std::size_t unseen = 0;
    for (const auto& [channel, share] : {std::pair(kEmail, &room.email), std::pair(kSms, &room.sms)})
    {
        if (share->room > 0) unseen += count_shelves(channel, false);
        if (room.test.room > 0) unseen += count_shelves(channel, true);
    }
    std::vector<ClaimedDelivery> claimed;
    while (claimed.empty() && unseen > 0)
    {
        auto asked = next_asks(room);
        if (asked.empty()) break;
        unseen -= std::min(unseen, asked.size());
        claimed = co_await claim_asked(std::move(asked), now, deadline);
    }
    co_return claimed;
}

Task<std::vector<ClaimedDelivery>> DeliveryQueue::claim_asked(std::vector<ClaimAsk> asked, Instant now,
                                                              Deadline deadline)
{
    lowered_.clear();
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
        const Uuid below = just_below(back.oldest);
        const auto cursor = cursor_.find(back.shelf);
        if (cursor != cursor_.end()) cursor->second = std::min(cursor->second, below);
        const auto lowered = lowered_.try_emplace(back.shelf, below).first;
        lowered->second = std::min(lowered->second, below);
        moved += back.count;
    }
    co_return moved;
}

Task<std::int64_t> DeliveryQueue::recover_expired_leases(Instant now, Deadline deadline)
{
    co_return co_await store_.recover_expired_leases(now, kMoveBatch, now + options_.uncertain_pause, deadline);
}

}  // namespace herald
