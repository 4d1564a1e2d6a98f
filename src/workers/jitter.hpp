// Spreads what many processes do at the same period.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "runtime/task.hpp"

namespace herald
{

// Evenly between 0 and `most`. Thread-safe.
inline milliseconds random_part(milliseconds most)
{
    std::uint32_t random = 0;
    fill_random(&random, sizeof random);
    return milliseconds(most.count() * random / UINT32_MAX);
}

// `period`, a tenth shorter or longer at most.
inline milliseconds jittered(milliseconds period)
{
    return period - period / 10 + random_part(period / 5);
}

}  // namespace herald
