// Recipients to whom a service does not write any more: how they come to be suppressed by what happens outside (a hard
// bounce, a complaint, a click, a text message), and how that ends. What accept_notifications does with them is said
// there; what operators do is manage_suppressions.
//
// Security: a suppression holds a recipient for as long as it lasts, so it is a keyed hash to be found by, and sealed
// to be listed. No recipient is in an error or a log line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "domain/recipients/opt_out.hpp"
#include "storage/suppression_store.hpp"

namespace herald
{

// What the sealed recipient is bound to.
std::string sealed_recipient_context(const SuppressionId& id);
// internal or unavailable, as KeyRing::open.
Result<std::string> open_recipient(const KeyRing& keys, const SuppressionId& id, std::string_view sealed);
// 32 bytes. `normalised`: E.164 or the lower-cased address.
std::string recipient_hash(const KeyRing& keys, std::string_view normalised);

// Whom to suppress, and why.
struct SuppressionWish
{
    ServiceId service_id;
    Channel channel = Channel::email;
    std::string recipient;  // normalised
    SuppressionReason reason = SuppressionReason::hard_bounce;
    std::optional<NotificationId> notification_id;
};

// With a new id; the recipient hashed and sealed.
NewSuppression make_suppression(const KeyRing& keys, const SuppressionWish& wish, Instant now);

// False: the recipient was suppressed already, which stays as it is (but for a bounce that becomes a person's wish).
// The author is an operator; none when it was done from outside.
Task<bool> suppress_recipient(pg::Transaction& transaction, const KeyRing& keys, SuppressionWish wish,
                              std::optional<UserId> author, Instant now, Deadline deadline);

// The same for one whose recipient is known by its hash alone; without an author.
Task<bool> suppress_recipient(pg::Transaction& transaction, NewSuppression wanted, Instant now, Deadline deadline);

// What an inbound SMS asks for is done in the transaction that takes it: `number` wrote `text` to the service. START
// lifts whatever suppresses the number for the service: who writes from it has it, and wants to hear. A number that is
// no phone number (a short code) has no wish. A text that comes late (the provider tried again, a replay) does not undo
// what was wanted after it was written.
struct OptOutMessage
{
    ServiceId service_id;
    std::string number;          // as the provider tells it: with a plus, or of `default_region`
    std::string default_region;  // "US"
    std::string text;
    Instant sent_at{};
};
Task<OptOutWish> apply_opt_out(pg::Transaction& transaction, const KeyRing& keys, OptOutMessage message, Instant now,
                               Deadline deadline);

// Suppresses the recipients of the messages in suppressions_due, all whose time has come, in batches of a transaction
// each. Says how many messages it looked at. A message whose contents are gone is passed over; one whose key is not in
// the ring (yet) is looked at again in five minutes. May run twice at once.
Task<std::int64_t> suppress_due_recipients(pg::Database& database, const KeyRing& keys, Instant now, Deadline deadline);

}  // namespace herald
