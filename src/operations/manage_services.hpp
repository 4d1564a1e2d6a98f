// Services: create, show, change, archive. Belongs to the Loop of its Database.
//
// Every Error is a sentence that says what to do; validation and conflict leave everything as it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"
#include "storage/service_store.hpp"

namespace herald
{

struct NewService
{
    std::string name;
    std::optional<std::string> email_from;  // the part before the @; empty: made from the name
    bool restricted = true;                 // trial mode: only members and guests are reached
    bool research_mode = false;
    bool prefix_sms = true;
    std::optional<std::int64_t> message_limit;  // a UTC day; empty: 50 in trial mode, 250,000 otherwise
    std::int32_t rate_limit = 3000;             // requests a minute and key type
    std::vector<std::string> permissions{"email", "sms", "international_sms"};
    std::int32_t retention_days_email = 7;
    std::int32_t retention_days_sms = 7;
};

struct ServiceDetails
{
    ServiceRow row;
    std::vector<SmsSender> sms_senders;
    std::vector<EmailReplyTo> email_reply_tos;
    std::vector<Guest> guests;
    std::vector<User> members;
    std::vector<ServiceCallback> callbacks;
    std::optional<EmailBranding> branding;
};

// `asked`: an id or the whole name. not_found names the nearest there is.
Task<Result<ServiceId>> resolve_service(ManageContext context, std::string asked);
Task<Result<ServiceRow>> create_service(ManageContext context, NewService wanted);
Task<Result<ServiceDetails>> describe_service(ManageContext context, ServiceId id);
Task<Result<ServiceRow>> change_service(ManageContext context, ServiceId id, ServiceChange change);
// Inactive (its keys stop working within a second, and are revoked), its history stays. Not an error when it was
// already.
Task<Result<ServiceRow>> archive_service(ManageContext context, ServiceId id);

// The bits of these names. validation: one of them is no permission; names the nearest that is.
Result<std::uint32_t> parse_permissions(const std::vector<std::string>& names);
std::vector<std::string> permission_names(std::uint32_t bits);
// "Town Hall, Services" -> "town.hall.services".
std::string email_from_of(std::string_view name);

}  // namespace herald
