// For how many local days after its own a message's personal data is kept. By service and channel.
#pragma once

namespace herald
{

// What the family's admin app asks for (its API takes any number; nobody else calls it).
inline constexpr int kLeastRetentionDays = 3;
inline constexpr int kMostRetentionDays = 90;
inline constexpr int kDefaultRetentionDays = 7;

}  // namespace herald
