// The whole story of one message, for the person who is asked "where is it?". Belongs to the Loop of its Database.
//
// Holds facts only: no recipient, no content.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"
#include "storage/notification_store.hpp"

namespace herald
{

struct MessageStory
{
    NotificationFacts facts;
    std::vector<NotificationEvent> events;  // oldest first
};

// not_found: no service has such a message.
Task<Result<MessageStory>> explain_notification(ManageContext context, NotificationId id);

// Where it is now, as a sentence: "waits in the normal lane for its first attempt".
std::string whereabouts(const NotificationFacts& facts);

}  // namespace herald
