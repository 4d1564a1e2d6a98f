#include "operations/tend_providers.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace herald
{

namespace
{

// While the database is away; the oldest are let go.
constexpr std::size_t kMostUnwritten = 1000;

std::string_view reason_of(PoolMove::Kind kind)
{
    switch (kind)
    {
        case PoolMove::Kind::breaker_opened:
            return "takes nothing: a process has stopped offering it messages";
        case PoolMove::Kind::breaker_closed:
            return "takes messages again";
        case PoolMove::Kind::too_many_errors:
            break;
    }
    return "too many errors in a minute";
}

}  // namespace

Task<> TendProviders::open(Deadline deadline)
{
    std::vector<ProviderName> names;
    for (const PoolMember& each : pool_.members()) names.push_back({each.channel, std::string(each.provider->name())});
    co_await store_.add_missing(std::move(names), clock_.now(), deadline);
    const auto rows = co_await store_.list(deadline);
    pool_.apply(rows);
}

Task<std::size_t> TendProviders::run(Deadline deadline)
{
    std::ranges::move(pool_.take_moves(), std::back_inserter(unwritten_));
    while (unwritten_.size() > kMostUnwritten) unwritten_.pop_front();
    std::size_t written = 0;
    for (; !unwritten_.empty(); ++written)
    {
        co_await write(unwritten_.front(), deadline);
        unwritten_.pop_front();
    }
    const auto rows = co_await store_.list(deadline);
    pool_.apply(rows);
    co_return written;
}

Task<> TendProviders::write(const PoolMove& move, Deadline deadline)
{
    const ProviderName which{move.channel, move.name};
    const std::string reason(reason_of(move.kind));
    const Instant now = clock_.now();
    log::warning("a provider was judged",
                 {{"provider", move.name}, {"channel", to_string(move.channel)}, {"reason", reason}});
    if (move.kind == PoolMove::Kind::too_many_errors)
        co_await store_.demote(which, kPriorityStep, reason, now - kDemoteEvery, now, deadline);
    else
        co_await store_.note(which, reason, now, deadline);
}

}  // namespace herald
