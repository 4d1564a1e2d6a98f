// Takes back a message that is scheduled for later, as long as no worker has claimed it. Belongs to the Loop of its
// Database.
#pragma once

#include <optional>

#include "operations/explain_notification.hpp"

namespace herald
{

// Of one service, and sent with a key of this type; empty: of any. The message ends as `cancelled` and nobody is called
// back. Doing it again changes nothing.
//
// not_found: there is no such message. conflict: it is not scheduled for later, or a worker has had it: the text says
// which.
Task<Result<void>> cancel_notification(pg::Database& database, ServiceId service, NotificationId id,
                                       std::optional<KeyType> sent_with, Instant now, Deadline deadline);

// The same for an operator, who names no service: the message's story afterwards.
Task<Result<MessageStory>> cancel_notification(ManageContext context, NotificationId id);

}  // namespace herald
