// The personal data of one message, as it is sealed into notification_contents. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"

namespace herald
{

struct NotificationContents
{
    std::string to;               // the recipient as the caller wrote it: what the API shows
    std::string normalised_to;    // E.164 or lower-cased address: where it goes
    std::string personalisation;  // a JSON object's text, "{}" when there is none
    std::string reply_to;         // sms sender or email reply-to; empty: none
    std::string one_click_unsubscribe_url;
    std::string trace_id;  // of the request that it was accepted with, for the calls that it leads to; empty: none
};

// What the seal is bound to.
std::string sealed_contents_context(const NotificationId& id);
// Bound to the notification's id: a row copied to another notification does not open.
std::string seal_contents(const KeyRing& keys, const NotificationId& id, const NotificationContents& contents);
// internal: another key ring, or the row was changed.
Result<NotificationContents> open_contents(const KeyRing& keys, const NotificationId& id, std::string_view sealed);

}  // namespace herald
