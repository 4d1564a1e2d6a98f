#include "app/bench/sink_ledger.hpp"

#include <unordered_set>

namespace herald::bench
{

SinkAnswer choose_answer(const ErrorMix& mix, double draw)
{
    if ((draw -= mix.throttle) < 0) return SinkAnswer::throttle;
    if ((draw -= mix.fail) < 0) return SinkAnswer::fail;
    if ((draw -= mix.slow) < 0) return SinkAnswer::slow;
    if ((draw -= mix.cut) < 0) return SinkAnswer::cut;
    return SinkAnswer::take;
}

SinkLedger::SinkLedger(ErrorMix mix, std::uint64_t seed) : mix_(mix), random_(seed) {}

SinkAnswer SinkLedger::offer(NotificationId id, Instant now)
{
    const std::lock_guard lock(mutex_);
    const auto answer = choose_answer(mix_, std::uniform_real_distribution<>()(random_));
    Seen& seen = seen_.try_emplace(id, Seen{now}).first->second;
    ++counts_.offers;
    if (answer == SinkAnswer::throttle) ++counts_.throttled;
    if (answer == SinkAnswer::fail) ++counts_.failed;
    if (answer == SinkAnswer::slow) ++counts_.slow;
    if (answer == SinkAnswer::cut) ++counts_.cut;
    if (answer == SinkAnswer::throttle || answer == SinkAnswer::fail) return answer;
    ++seen.times_taken;
    if (seen.times_taken == 1) ++counts_.taken;
    if (seen.times_taken == 2) ++counts_.duplicates;
    return answer;
}

SinkLedger::Counts SinkLedger::counts() const
{
    const std::lock_guard lock(mutex_);
    return counts_;
}

std::optional<Instant> SinkLedger::first_offered(NotificationId id) const
{
    const std::lock_guard lock(mutex_);
    const auto found = seen_.find(id);
    if (found == seen_.end()) return std::nullopt;
    return found->second.first_offered;
}

std::uint64_t SinkLedger::count_lost(std::span<const NotificationId> accepted,
                                     std::span<const NotificationId> given_up) const
{
    const std::unordered_set<NotificationId, UuidHash> ended(given_up.begin(), given_up.end());
    const std::lock_guard lock(mutex_);
    std::uint64_t lost = 0;
    for (const auto& id : accepted)
    {
        const auto found = seen_.find(id);
        const bool is_taken = found != seen_.end() && found->second.times_taken > 0;
        if (!is_taken && !ended.contains(id)) ++lost;
    }
    return lost;
}

}  // namespace herald::bench
