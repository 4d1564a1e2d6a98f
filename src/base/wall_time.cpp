#include "base/wall_time.hpp"

#include <date/tz.h>

namespace herald
{

Instant at_wall_time(const TimeZone& zone, LocalDate date, std::chrono::seconds time_of_day)
{
    const date::local_days midnight(std::chrono::sys_days(date).time_since_epoch());
    return date::locate_zone(zone.name())->to_sys(midnight + time_of_day, date::choose::earliest);
}

}  // namespace herald
