// Finds messages that are to be sent and are in no table of the queue, and puts them back into it. There should be
// none: each that is found is a fault of ours, counted and logged. Belongs to the Loop of its Database.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct RequeueOrder
{
    LocalDate last;                           // the newest local day to look at
    std::int32_t days = 7;                    // how many; what is older has hardly contents any more
    seconds min_age = std::chrono::hours(1);  // younger ones may still be under way to where they are looked for
    std::int32_t batch = 1'000;
    Instant now{};
};

// How many were put back. Run twice, the second run finds none.
Task<std::int64_t> requeue_notifications(pg::Database& database, const TimeZone& zone, RequeueOrder order,
                                         Deadline deadline);

}  // namespace herald
