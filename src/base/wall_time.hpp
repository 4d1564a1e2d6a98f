// What a clock on the wall shows, as a moment.
#pragma once

#include "base/clock.hpp"

namespace herald
{

// When `time_of_day` (since midnight, less than a day) comes on that day of `zone`. A time that the clocks skip comes
// when they are changed; of one that they show twice it is the first.
Instant at_wall_time(const TimeZone& zone, LocalDate date, std::chrono::seconds time_of_day);

}  // namespace herald
