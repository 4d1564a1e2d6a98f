// What operators see of suppressed recipients, and decide about them. Belongs to the Loop of its Database.
//
// Whoever adds or lifts one is recorded: it overrides what a recipient asked for, or what a mail system said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"
#include "storage/suppression_store.hpp"

namespace herald
{

// A suppression as it is shown. Holds personal data: never log it.
struct Suppression
{
    SuppressionRow row;
    std::string recipient;  // empty: unknown, its message had been purged; or sealed with a key that is not in the ring
};

struct SuppressionQuery
{
    std::optional<Channel> channel;
    std::optional<std::string> recipient;  // a phone number or an email address
    bool with_lifted = false;
    std::optional<SuppressionId> older_than;  // for the next page
    std::int32_t page_size = 200;
};

// Newest first. invalid_phone, invalid_email: the recipient.
Task<Result<std::vector<Suppression>>> list_suppressions(ManageContext context, ServiceId service,
                                                         SuppressionQuery query);

struct SuppressionDecision
{
    std::string recipient;  // a phone number or an email address
    std::string author;     // a user's id or email address
    // Of a new one; empty: unsubscribed for an address, stop for a number.
    std::optional<SuppressionReason> reason;
};

// conflict: it is suppressed already. not_found: no such user.
Task<Result<Suppression>> add_suppression(ManageContext context, ServiceId service, SuppressionDecision decision);
// The service writes to it again from the next message on. not_found: it is not suppressed, or no such user.
Task<Result<Suppression>> lift_suppression(ManageContext context, ServiceId service, SuppressionDecision decision);

}  // namespace herald
