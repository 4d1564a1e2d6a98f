#include <algorithm>

#include "tests/simulation/tables.hpp"

namespace herald::simulation
{

namespace
{

constexpr Instant kEpoch{};

}  // namespace

Tables::ReadyKey Tables::ready_key(const Message& message)
{
    const DeliveryPlace place(message.lane, message.service);
    return {DeliveryShelf(place, static_cast<std::int16_t>(message.channel)), message.id.value};
}

void Tables::note(const Message& message, Event event)
{
    watcher_.event(message, event);
    events_[message.id].push_back(std::move(event));
}

void Tables::accept(Message message, Instant now)
{
    const auto& stored = messages_.emplace(message.id, message).first->second;
    places_.emplace(stored.lane, stored.service);
    ready_.emplace(ready_key(stored), Attempt());
    note(stored, {now, EventKind::accepted, NotificationStatus::created, {}, {}});
}

std::vector<DeliveryPlace> Tables::list_places() const
{
    std::vector<DeliveryPlace> found;
    for (const DeliveryPlace& place : places_)
    {
        const auto first = ready_.lower_bound(ReadyKey(DeliveryShelf(place, 0), Uuid()));
        if (first != ready_.end() && first->first.first.first == place) found.push_back(place);
    }
    return found;
}

std::string Tables::last_provider(NotificationId id) const
{
    const Event* last = nullptr;
    for (const Event& event : events_.at(id))
    {
        if (event.kind == EventKind::attempt_started && (last == nullptr || event.at >= last->at)) last = &event;
    }
    return last == nullptr ? std::string() : last->provider;
}

std::vector<ClaimedDelivery> Tables::claim(const std::vector<ClaimAsk>& asked, Uuid holder, seconds lease,
                                           Instant server_now, Instant now)
{
    std::vector<ClaimedDelivery> claimed;
    for (const ClaimAsk& ask : asked)
    {
        auto next = ready_.upper_bound(ReadyKey(ask.shelf, ask.after));
        for (std::int32_t i = 0; i < ask.most && next != ready_.end() && next->first.first == ask.shelf; ++i)
        {
            const Message& message = messages_.at(NotificationId{next->first.second});
            const Attempt attempt = next->second;
            next = ready_.erase(next);
            const bool was_refused = attempt.number > 1 && !ask.other.empty() && !ask.provider.empty() &&
                                     last_provider(message.id) == ask.provider;
            ClaimedDelivery one{message.lane,
                                message.service,
                                message.id,
                                attempt.number,
                                ++fences_,
                                attempt.uncertain,
                                message.template_id,
                                message.template_version,
                                message.key_type,
                                static_cast<std::int16_t>(message.channel),
                                message.international,
                                message.international ? ask.abroad
                                : was_refused         ? ask.other
                                                      : ask.provider,
                                message.sealed};
            leases_[message.id] = {attempt, one.fence, holder, server_now + lease};
            note(message, {now, EventKind::attempt_started, {}, one.attempt, one.provider});
            claimed.push_back(std::move(one));
        }
    }
    std::ranges::sort(claimed, {}, [](const ClaimedDelivery& one) { return std::pair(one.lane, one.id); });
    return claimed;
}

void Tables::put_back(NotificationId id, const Lease& lease)
{
    retries_.emplace(std::pair(kEpoch, id), lease.attempt);
}

void Tables::release(const std::vector<ClaimedDelivery>& claimed)
{
    for (const ClaimedDelivery& one : claimed)
    {
        const auto lease = leases_.find(one.id);
        if (lease == leases_.end() || lease->second.fence != one.fence) continue;
        put_back(one.id, lease->second);
        leases_.erase(lease);
    }
}

void Tables::release_claims(const std::vector<Uuid>& holders)
{
    for (auto lease = leases_.begin(); lease != leases_.end();)
    {
        const bool is_theirs = std::ranges::find(holders, lease->second.holder) != holders.end();
        if (is_theirs) put_back(lease->first, lease->second);
        lease = is_theirs ? leases_.erase(lease) : std::next(lease);
    }
}

std::vector<MovedRetries> Tables::move_due_retries(Instant now, std::int32_t most)
{
    std::map<DeliveryShelf, MovedRetries> moved;
    for (std::int32_t i = 0; i < most && !retries_.empty() && retries_.begin()->first.first <= now; ++i)
    {
        const auto [when, attempt] = *retries_.begin();
        retries_.erase(retries_.begin());
        const auto key = ready_key(messages_.at(when.second));
        ready_.emplace(key, attempt);
        auto& here = moved[key.first];
        here.shelf = key.first;
        here.oldest = here.count == 0 ? key.second : std::min(here.oldest, key.second);
        ++here.count;
    }
    std::vector<MovedRetries> all;
    for (auto& [shelf, here] : moved) all.push_back(here);
    return all;
}

std::int64_t Tables::recover_expired_leases(Instant server_now, Instant now, std::int32_t most, Instant retry_at)
{
    std::vector<std::pair<Instant, NotificationId>> expired;
    for (const auto& [id, lease] : leases_)
    {
        if (lease.until <= server_now || broken_ == BrokenRule::ends_of_leases) expired.emplace_back(lease.until, id);
    }
    std::ranges::sort(expired);
    if (expired.size() > static_cast<std::size_t>(most)) expired.resize(static_cast<std::size_t>(most));
    for (const auto& [until, id] : expired)
    {
        const Attempt lost = leases_.at(id).attempt;
        leases_.erase(id);
        const bool doubt = broken_ != BrokenRule::doubts;
        retries_.emplace(std::pair(retry_at, id), Attempt{static_cast<std::int16_t>(lost.number + 1), doubt});
        note(messages_.at(id), {now, EventKind::attempt_uncertain, {}, lost.number, {}});
    }
    return static_cast<std::int64_t>(expired.size());
}

}  // namespace herald::simulation
