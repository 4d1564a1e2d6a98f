// Clock time of a zone, for people.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace herald
{

// "2026-11-23 09:05:07". Thread-safe.
std::string format_local(const TimeZone& zone, Instant instant);

}  // namespace herald
