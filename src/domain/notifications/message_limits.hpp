// Sizes that are judged when a message is accepted and that every later step can carry: what was answered with 201 must
// not fail for its size. Bytes.
#pragma once

#include <cstddef>

namespace herald
{

inline constexpr std::size_t kMaxSubjectBytes = 20'000;        // rendered
inline constexpr std::size_t kMaxUnsubscribeUrlBytes = 2'000;  // as sent by the caller

}  // namespace herald
