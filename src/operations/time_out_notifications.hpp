// Ends the messages whose fate nobody has told for too long: temporary-failure, as the family has it, and their
// services are told. Belongs to the Loop of its Database.
//
// Providers that can be asked have been asked all the while (look_up_receipts); a time-out does not wait for an answer,
// so that no provider's trouble keeps messages open.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct TimeOutOrder
{
    Instant cutoff{};  // handed over by then; of all batches
    std::int32_t batch = 5'000;
    Instant now{};  // of the events
};

struct TimeOutCounts
{
    std::int64_t taken = 0;           // waits that ended
    std::int64_t timed_out = 0;       // messages that became temporary-failure
    std::int64_t callbacks_owed = 0;  // to their services
};

// Until none is left, each batch a transaction. Cut off anywhere, what was committed stays and the next run goes on;
// two at once share the work. Throws what the database throws.
Task<TimeOutCounts> time_out_notifications(pg::Database& database, TimeOutOrder order, Deadline deadline);

}  // namespace herald
