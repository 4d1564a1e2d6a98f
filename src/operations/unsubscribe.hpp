// One-click unsubscribing from emails (RFC 8058): the link in a message, and what comes of it. Belongs to the Loop of
// its Database.
//
// A link says for itself which service and message it is of and whom that went to (as the keyed hash by which
// suppressions are found), so it works for as long as somebody keeps the email, which is longer than we keep its
// contents. It has no date on which it ends: people must be able to unsubscribe (CAN-SPAM: for 30 days at least), and
// all that it can do is that.
//
// Security: a link is a capability. It is signed (KeyRing::sign), compared in constant time before anything else is
// done with it, and holds no personal data. Nobody else's link can be made from one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "storage/suppression_store.hpp"

namespace herald
{

struct UnsubscribeLink
{
    ServiceId service_id;
    NotificationId notification_id;
    std::string recipient_hash;
};

// 108 characters of base64url.
std::string unsubscribe_token(const KeyRing& keys, const UnsubscribeLink& link);
// nullopt: not one of ours.
std::optional<UnsubscribeLink> read_unsubscribe_token(const KeyRing& keys, std::string_view token);
// For OutgoingMessage::one_click_unsubscribe_url. `base_url`: where recipients reach the API, without a slash at the
// end; `recipient`: normalised.
std::string unsubscribe_url(const KeyRing& keys, std::string_view base_url, ServiceId service,
                            NotificationId notification, std::string_view recipient);

class Unsubscribe
{
public:
    Unsubscribe(pg::Database& database, const KeyRing& keys, const Clock& clock)
        : database_(database), keys_(keys), clock_(clock)
    {
    }

    // At most this many are under way at once, so that nobody with a list of links holds up other requests.
    static constexpr int kMost = 16;

    // Whose emails these are. not_found: the service is no more.
    Task<Result<std::string>> service_name(UnsubscribeLink link, Deadline deadline);
    // Suppresses the recipient for the service's emails; once more changes nothing. The name of the service. not_found,
    // as above; unavailable: too many at once.
    Task<Result<std::string>> unsubscribe(UnsubscribeLink link, Deadline deadline);

private:
    Task<Result<std::string>> suppress(UnsubscribeLink link, Deadline deadline);

    pg::Database& database_;
    const KeyRing& keys_;
    const Clock& clock_;
    int under_way_ = 0;
};

}  // namespace herald
