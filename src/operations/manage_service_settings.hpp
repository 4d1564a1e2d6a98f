// What belongs to a service: whom it may reach in trial mode, who its messages come from, who its members are. Belongs
// to the Loop of its Database.
//
// Every Error is a sentence that says what to do, and leaves everything as it was.
#pragma once

#include <string>

#include "operations/manage_context.hpp"
#include "storage/service_store.hpp"

namespace herald
{

// `recipient`: a phone number or an email address, kept normalised. conflict: it is on the list already.
Task<Result<Guest>> add_guest(ManageContext context, ServiceId service, std::string recipient);
// not_found: it is not on the list.
Task<Result<Guest>> remove_guest(ManageContext context, ServiceId service, std::string recipient);

// A phone number of up to 15 digits, or a name of up to 11 letters and digits. The first one is the default in any
// case.
Task<Result<SmsSender>> add_sms_sender(ManageContext context, ServiceId service, std::string sender, bool is_default);
Task<Result<EmailReplyTo>> add_email_reply_to(ManageContext context, ServiceId service, std::string address,
                                              bool is_default);
// not_found: the service has no such sender.
Task<Result<SmsSender>> make_sms_sender_default(ManageContext context, ServiceId service, SmsSenderId id);
Task<Result<EmailReplyTo>> make_email_reply_to_default(ManageContext context, ServiceId service, EmailReplyToId id);
// conflict: it is the default, and there are others.
Task<Result<SmsSender>> archive_sms_sender(ManageContext context, ServiceId service, SmsSenderId id);
Task<Result<EmailReplyTo>> archive_email_reply_to(ManageContext context, ServiceId service, EmailReplyToId id);

// `user`: an id or an email address. conflict: is a member already; not_found: no such user, or no member.
Task<Result<User>> add_member(ManageContext context, ServiceId service, std::string user);
Task<Result<User>> remove_member(ManageContext context, ServiceId service, std::string user);

}  // namespace herald
