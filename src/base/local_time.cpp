#include "base/local_time.hpp"

#include <date/tz.h>

namespace herald
{

std::string format_local(const TimeZone& zone, Instant instant)
{
    const date::time_zone* found = date::locate_zone(zone.name());
    const auto local = std::chrono::floor<std::chrono::seconds>(found->to_local(instant));
    return date::format("%F %T", local);
}

}  // namespace herald
