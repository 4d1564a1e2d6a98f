#include "operations/provider_speeds.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "operations/tend_providers.hpp"

namespace herald
{

static_assert(kDemoteSlowEvery < kRestoreEvery);

std::optional<double> slow_share(const ProviderSpeed& speed)
{
    if (speed.judged < kFewestToJudge) return std::nullopt;
    return static_cast<double>(speed.slow) / static_cast<double>(speed.judged);
}

std::vector<ProviderSpeed> find_slow_providers(std::span<const ProviderSpeed> speeds)
{
    std::vector<ProviderSpeed> slow;
    std::size_t active = 0;
    for (const ProviderSpeed& each : speeds)
    {
        if (each.minutes != kSlowMinutes || !each.active) continue;
        ++active;
        if (slow_share(each).value_or(0) >= kSlowShare) slow.push_back(each);
    }
    if (slow.size() == active) slow.clear();
    return slow;
}

Task<std::int64_t> demote_slow_providers(ProviderStore& providers, std::vector<ProviderSpeed> slow, Instant now,
                                         Deadline deadline)
{
    std::int64_t changed = 0;
    for (const ProviderSpeed& each : slow)
    {
        const ProviderName which{Channel::sms, each.name};
        auto reason = fmt::format("{} of {} text messages took over {} minutes", each.slow, each.judged, kSlowMinutes);
        const auto moved =
            co_await providers.demote(which, kPriorityStep, reason, now - kDemoteSlowEvery, now, deadline);
        if (moved > 0) log::warning("a provider was judged", {{"provider", each.name}, {"reason", reason}});
        changed += moved;
    }
    co_return changed;
}

}  // namespace herald
