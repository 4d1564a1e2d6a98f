// The queue's lanes, in the order in which workers look at them.
#pragma once

#include <cstdint>

namespace herald
{

// Stored as smallint with these numbers.
enum class Lane : std::int16_t
{
    priority = 1,  // templates marked so
    normal = 2,    // one-off messages by API
    bulk = 3,      // rows of jobs
    test = 4,      // test keys
};

}  // namespace herald
