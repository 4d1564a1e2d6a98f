// How fast providers deliver text messages, and what follows from it: a provider of whose messages 15 % take longer
// than five minutes hands a step of its priority to the others, unless all are slow (then it is not the provider), as
// the family has it. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/provider_store.hpp"

namespace herald
{

inline constexpr std::int32_t kSlowMinutes = 5;
inline constexpr double kSlowShare = 0.15;
// Of fewer messages nothing is concluded.
inline constexpr std::int64_t kFewestToJudge = 10;
// Not twice within this time, so that a step has begun to show before the next one; less than kRestoreEvery, so that no
// step back comes between while it stays slow.
inline constexpr seconds kDemoteSlowEvery{240};
// Nobody asks about earlier hand-overs any more.
inline constexpr seconds kSpeedsKeptFor = std::chrono::minutes(30);

// Of those that can be judged; nullopt: too few.
std::optional<double> slow_share(const ProviderSpeed& speed);
// The active ones that are slow, by name; none when all active ones are.
std::vector<ProviderSpeed> find_slow_providers(std::span<const ProviderSpeed> speeds);
// How many providers changed.
Task<std::int64_t> demote_slow_providers(ProviderStore& providers, std::vector<ProviderSpeed> slow, Instant now,
                                         Deadline deadline);

}  // namespace herald
