// Spreads what many processes do at the same period.
#pragma once

#include <random>

#include "runtime/task.hpp"

namespace herald
{

// `period`, a tenth shorter or longer at most.
inline milliseconds jittered(milliseconds period, std::mt19937_64& random)
{
    const auto tenth = (period / 10).count();
    return period + milliseconds(std::uniform_int_distribution<milliseconds::rep>(-tenth, tenth)(random));
}

}  // namespace herald
