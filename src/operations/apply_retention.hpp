// Carries a changed retention through what is stored already, and keeps what is under way from being forgotten.
// Belongs to the Loop of its Database. Both may be killed at any line, run twice, or at once in two processes.
#pragma once

#include "base/clock.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

// Service and channel of one change at a time, batches of `batch` messages, each a transaction that leaves message and
// contents agreeing: `purge_on` of both moves, and what is past by the new setting is deleted. Which messages: those of
// the service's own key range that may have contents, from the oldest to those that were accepted while the change
// became known; the last of them are looked at three minutes after the change, and then it is done. Texts that came in
// go with the messages that were sent by text. Ends when nothing is left to do for now, or after a minute.
// How many messages were looked at.
Task<std::int64_t> apply_retention_changes(pg::Database& database, const TimeZone& zone, Instant now,
                                           std::int32_t batch, Deadline deadline);

// Before the contents of `today` and earlier are dropped: those of messages that are not final yet go on the day after
// `today` instead. Such a message is found by the table that holds it (unfinished_messages in 0008_retention.sql); once
// final it is never unfinished again, and no younger message goes by `today`, so when this has returned there are none
// in what is to be dropped, whatever is claimed or answered meanwhile. How many were moved.
Task<std::int64_t> hold_unfinished_contents(pg::Database& database, const TimeZone& zone, LocalDate today,
                                            std::int32_t batch, Deadline deadline);

}  // namespace herald
