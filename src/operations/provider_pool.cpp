#include "operations/provider_pool.hpp"

#include <algorithm>

#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include "base/metrics.hpp"

namespace herald
{

ProviderPool::Member::Member(PoolMember of, const PoolOptions& options)
    : facts(of), tokens(of.per_second), breaker(options.breaker)
{
    if (facts.provider == nullptr) return;
    const std::string name(facts.provider->name());
    const std::string channel(to_string(facts.channel));
    in_flight_gauge = &metrics::gauge("herald_delivery_in_flight", "Hand-offs to providers under way",
                                      {{"provider", name}, {"channel", channel}});
    open_gauge = &metrics::gauge("herald_provider_breaker_open",
                                 "1 while a provider takes nothing and is offered only a message now and then",
                                 {{"provider", name}, {"channel", channel}});
    seconds = &metrics::latency("herald_provider_send_seconds", "From offering a message to the provider's answer",
                                {{"provider", name}, {"channel", channel}});
}

bool ProviderPool::Member::is_usable(Deadline now) const
{
    return active && breaker.state(now) != BreakerState::open;
}

// Claiming has a price: one that is nearly full waits until it is worth it.
std::size_t ProviderPool::Member::room(Deadline now)
{
    if (breaker.state(now) == BreakerState::half_open) return in_flight == 0 ? 1 : 0;
    const std::size_t places = facts.concurrency - std::min(facts.concurrency, in_flight);
    if (places < std::max<std::size_t>(1, facts.concurrency / 8)) return 0;
    return tokens.is_limited() ? std::min(places, tokens.available(now)) : places;
}

ProviderPool::ProviderPool(std::vector<PoolMember> members, Provider* simulator, PoolOptions options)
    : options_(options), simulator_(PoolMember{simulator}, options), random_(options.seed)
{
    for (const PoolMember& each : members) members_.emplace_back(each, options);
}

ProviderPool::~ProviderPool() = default;

void ProviderPool::apply(std::span<const ProviderRow> rows)
{
    for (const ProviderRow& row : rows)
    {
        Member* const known = member(row.channel, row.name);
        if (known == nullptr || known == &simulator_) continue;
        known->weight = row.priority;
        known->active = row.active;
        known->international = row.international;
    }
}

// Those with weight 0 stand in when nobody else can be used.
std::vector<ProviderPool::Member*> ProviderPool::candidates(Channel channel, bool abroad, Deadline now)
{
    std::vector<Member*> found;
    for (Member& each : members_)
    {
        if (each.facts.channel == channel && each.is_usable(now) && (!abroad || each.international))
            found.push_back(&each);
    }
    if (std::ranges::any_of(found, [](const Member* each) { return each->weight > 0; }))
        std::erase_if(found, [](const Member* each) { return each->weight == 0; });
    return found;
}

ProviderPool::Member* ProviderPool::draw(const std::vector<Member*>& among)
{
    if (among.size() < 2) return among.empty() ? nullptr : among.front();
    std::vector<double> weights;
    weights.reserve(among.size());
    for (const Member* each : among) weights.push_back(each->weight == 0 ? 1 : each->weight);
    std::discrete_distribution<std::size_t> by_weight(weights.begin(), weights.end());
    return among[by_weight(random_)];
}

// Which messages of a claim go abroad, or were refused by the chosen one just before, shows only when they are claimed:
// for them somebody else is named, at the price that their room may be exceeded by one claim.
ClaimShare ProviderPool::choose(Channel channel, Deadline now)
{
    ClaimShare share;
    const auto abroad = candidates(channel, true, now);
    auto others = candidates(channel, false, now);
    auto with_room = others;
    std::erase_if(with_room, [now](Member* each) { return each->room(now) == 0; });
    Member* const chosen = draw(with_room);
    if (chosen == nullptr) return share;
    share.room = chosen->room(now);
    share.provider = chosen->facts.provider->name();
    std::erase(others, chosen);
    if (const Member* const other = draw(others); other != nullptr) share.other = other->facts.provider->name();
    if (chosen->international)
        share.abroad = share.provider;
    else if (const Member* const other = draw(abroad); other != nullptr)
        share.abroad = other->facts.provider->name();
    return share;
}

ClaimShare ProviderPool::choose_simulator() const
{
    if (simulator_.facts.provider == nullptr) return {};
    const auto name = std::string(simulator_.facts.provider->name());
    return {
        simulator_.facts.concurrency - std::min(simulator_.facts.concurrency, simulator_.in_flight), name, name, {}};
}

bool ProviderPool::has_room(Channel channel, Deadline now)
{
    return std::ranges::any_of(candidates(channel, false, now), [now](Member* each) { return each->room(now) > 0; });
}

Deadline ProviderPool::next_room(Deadline now, Deadline latest)
{
    for (Member& each : members_)
    {
        if (!each.active) continue;
        if (each.breaker.state(now) == BreakerState::open)
            latest = std::min(latest, each.breaker.open_until());
        else if (each.tokens.is_limited() && each.tokens.available(now) == 0)
            latest = std::min(latest, each.tokens.next(now));
    }
    return latest;
}

std::size_t ProviderPool::usable(Channel channel, Deadline now) const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        members_, [&](const Member& each) { return each.facts.channel == channel && each.is_usable(now); }));
}

void ProviderPool::begin(Channel channel, std::string_view name, Deadline now)
{
    Member* const with = member(channel, name);
    if (with == nullptr) return;
    ++with->in_flight;
    with->tokens.take(now);
    with->in_flight_gauge->Increment();
}

void ProviderPool::end(Channel channel, std::string_view name)
{
    Member* const with = member(channel, name);
    if (with == nullptr) return;
    --with->in_flight;
    with->in_flight_gauge->Decrement();
}

void ProviderPool::note(Channel channel, std::string_view name, SendStatus status,
                        std::chrono::steady_clock::duration took, Deadline now)
{
    Member* const with = member(channel, name);
    if (with == nullptr) return;
    with->seconds->Observe(std::chrono::duration<double>(took).count());
    if (with == &simulator_) return;
    const bool failed = status == SendStatus::retryable || status == SendStatus::uncertain;
    const bool turned = failed ? with->breaker.failed(now) : with->breaker.succeeded();
    if (turned)
    {
        with->open_gauge->Set(failed ? 1 : 0);
        moves_.push_back(
            {failed ? PoolMove::Kind::breaker_opened : PoolMove::Kind::breaker_closed, channel, std::string(name)});
    }
    if (failed) count_error(*with, now);
}

void ProviderPool::count_error(Member& of, Deadline now)
{
    of.errors.push_back(now);
    while (of.errors.front() <= now - options_.error_window) of.errors.pop_front();
    if (of.errors.size() < options_.errors_to_demote) return;
    of.errors.clear();
    moves_.push_back({PoolMove::Kind::too_many_errors, of.facts.channel, std::string(of.facts.provider->name())});
}

ProviderPool::Member* ProviderPool::member(Channel channel, std::string_view name)
{
    const auto found =
        std::ranges::find_if(members_, [&](const Member& each)
                             { return each.facts.channel == channel && each.facts.provider->name() == name; });
    if (found != members_.end()) return &*found;
    const Provider* const inside = simulator_.facts.provider;
    return inside != nullptr && inside->name() == name ? &simulator_ : nullptr;
}

Provider* ProviderPool::find(Channel channel, std::string_view name) const
{
    for (const Member& each : members_)
    {
        if (each.facts.channel == channel && each.facts.provider->name() == name) return each.facts.provider;
    }
    return nullptr;
}

Provider* ProviderPool::by_name(std::string_view name) const
{
    for (const Member& each : members_)
    {
        if (each.facts.provider->name() == name) return each.facts.provider;
    }
    Provider* const inside = simulator_.facts.provider;
    return inside != nullptr && inside->name() == name ? inside : nullptr;
}

std::vector<PoolMember> ProviderPool::members() const
{
    std::vector<PoolMember> all;
    for (const Member& each : members_) all.push_back(each.facts);
    return all;
}

}  // namespace herald
