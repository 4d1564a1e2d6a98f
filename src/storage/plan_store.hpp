// What a plan asks before anything is sent. Changes nothing. Belongs to the Loop of its Database.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

class PlanStore
{
public:
    // Of each service, so many queued messages are counted: a plan need not know whether it is a million or two.
    static constexpr std::int32_t kCountedAhead = 200'000;

    explicit PlanStore(pg::Database& database) : database_(database) {}

    // Of the daily limit, on a UTC day.
    Task<std::int64_t> daily_usage(ServiceId service, LocalDate day, Deadline deadline);
    // How many of these the service does not write to. A recipient is a keyed hash, and counts as often as it is given.
    Task<std::int64_t> count_suppressed(ServiceId service, Channel channel, std::vector<std::string> recipient_hashes,
                                        Deadline deadline);
    // Rows of jobs, and queued messages of jobs, of all services, that leave before or beside a job that begins then.
    Task<std::int64_t> count_rows_ahead(Channel channel, Instant begins_at, Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
