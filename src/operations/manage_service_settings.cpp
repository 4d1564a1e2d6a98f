#include "operations/manage_service_settings.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "domain/recipients/recipient.hpp"
#include "operations/manage_checks.hpp"
#include "operations/manage_users.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kLongestSenderName = 11;    // GSM 03.40: an alphanumeric address
constexpr std::size_t kLongestSenderNumber = 15;  // E.164

Result<Guest> parse_guest(const std::string& recipient, const std::string& default_region)
{
    if (recipient.find('@') != std::string::npos)
    {
        auto address = parse_email_address(recipient);
        if (!address) return Failure(address.error());
        return Guest{Channel::email, std::move(*address)};
    }
    const auto number = parse_phone_number(recipient, default_region);
    if (!number) return Failure(number.error());
    return Guest{Channel::sms, number->e164};
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Result<void> check_sms_sender(const std::string& sender)
{
    const std::string_view digits = std::string_view(sender).substr(sender.starts_with('+') ? 1 : 0);
    const bool is_number = !digits.empty() && digits.size() <= kLongestSenderNumber &&
                           sender.size() <= kLongestSenderNumber && std::ranges::all_of(digits, is_digit);
    const bool is_word =
        sender.size() <= kLongestSenderName && std::ranges::any_of(sender, is_letter) &&
        std::ranges::all_of(
            sender, [](char c) { return is_letter(c) || is_digit(c) || std::string_view(" .-_&").contains(c); });
    if (is_number || is_word) return {};
    return fail(ErrorKind::validation,
                "A sender of text messages is a phone number of up to 15 characters, or a name of up to 11 letters, "
                "digits, spaces and . - _ &, with one letter at least");
}

template <class Row, class IdType>
Result<Row> find_sender(const std::vector<Row>& rows, IdType id, std::string_view kind)
{
    const auto found = std::ranges::find(rows, id, &Row::id);
    if (found != rows.end()) return *found;
    return fail(ErrorKind::not_found,
                fmt::format("The service has no {} {}; `herald service show` lists what it has", kind, id.to_string()));
}

template <class Row>
Result<void> check_may_go(const std::vector<Row>& rows, const Row& row, std::string_view kind)
{
    if (!row.is_default || rows.size() == 1) return {};
    return fail(ErrorKind::conflict, fmt::format("This {} is the default; make another one the default first", kind));
}

constexpr std::string_view kSmsSender = "sender of text messages";
constexpr std::string_view kReplyTo = "reply-to address";

}  // namespace

Task<Result<Guest>> add_guest(ManageContext context, ServiceId service, std::string recipient)
{
    auto guest = parse_guest(recipient, context.default_region);
    if (!guest) co_return guest;
    ServiceStore services(context.database, context.keys);
    if (!co_await services.add_guest(service, guest->channel, guest->recipient, context.now, context.deadline))
        co_return fail(ErrorKind::conflict, "This recipient is on the guest list already");
    co_return guest;
}

Task<Result<Guest>> remove_guest(ManageContext context, ServiceId service, std::string recipient)
{
    auto guest = parse_guest(recipient, context.default_region);
    if (!guest) co_return guest;
    ServiceStore services(context.database, context.keys);
    if (!co_await services.remove_guest(service, guest->channel, guest->recipient, context.deadline))
        co_return fail(ErrorKind::not_found,
                       "This recipient is not on the guest list; `herald service show` lists who is");
    co_return guest;
}

Task<Result<SmsSender>> add_sms_sender(ManageContext context, ServiceId service, std::string sender, bool is_default)
{
    if (const auto checked = check_sms_sender(sender); !checked) co_return Failure(checked.error());
    ServiceStore services(context.database, context.keys);
    const auto present = co_await services.list_sms_senders(service, context.deadline);
    SmsSender made{SmsSenderId{make_uuid_v4()}, std::move(sender), is_default || present.empty()};
    co_await services.add_sms_sender(service, made, context.now, context.deadline);
    co_return made;
}

Task<Result<EmailReplyTo>> add_email_reply_to(ManageContext context, ServiceId service, std::string address,
                                              bool is_default)
{
    auto parsed = parse_email_address(address);
    if (!parsed) co_return Failure(std::move(parsed.error()));
    ServiceStore services(context.database, context.keys);
    const auto present = co_await services.list_email_reply_tos(service, context.deadline);
    EmailReplyTo made{EmailReplyToId{make_uuid_v4()}, std::move(*parsed), is_default || present.empty()};
    co_await services.add_email_reply_to(service, made, context.now, context.deadline);
    co_return made;
}

Task<Result<SmsSender>> make_sms_sender_default(ManageContext context, ServiceId service, SmsSenderId id)
{
    ServiceStore services(context.database, context.keys);
    co_await services.make_sms_sender_default(service, id, context.now, context.deadline);
    const auto rows = co_await services.list_sms_senders(service, context.deadline);
    co_return find_sender(rows, id, kSmsSender);
}

Task<Result<EmailReplyTo>> make_email_reply_to_default(ManageContext context, ServiceId service, EmailReplyToId id)
{
    ServiceStore services(context.database, context.keys);
    co_await services.make_email_reply_to_default(service, id, context.now, context.deadline);
    const auto rows = co_await services.list_email_reply_tos(service, context.deadline);
    co_return find_sender(rows, id, kReplyTo);
}

Task<Result<SmsSender>> archive_sms_sender(ManageContext context, ServiceId service, SmsSenderId id)
{
    ServiceStore services(context.database, context.keys);
    const auto rows = co_await services.list_sms_senders(service, context.deadline);
    auto found = find_sender(rows, id, kSmsSender);
    if (!found) co_return found;
    if (const auto checked = check_may_go(rows, *found, kSmsSender); !checked) co_return Failure(checked.error());
    co_await services.archive_sms_sender(service, id, context.now, context.deadline);
    co_return found;
}

Task<Result<EmailReplyTo>> archive_email_reply_to(ManageContext context, ServiceId service, EmailReplyToId id)
{
    ServiceStore services(context.database, context.keys);
    const auto rows = co_await services.list_email_reply_tos(service, context.deadline);
    auto found = find_sender(rows, id, kReplyTo);
    if (!found) co_return found;
    if (const auto checked = check_may_go(rows, *found, kReplyTo); !checked) co_return Failure(checked.error());
    co_await services.archive_email_reply_to(service, id, context.now, context.deadline);
    co_return found;
}

Task<Result<User>> add_member(ManageContext context, ServiceId service, std::string user)
{
    auto found = co_await resolve_user(context, std::move(user));
    if (!found) co_return found;
    ServiceStore services(context.database, context.keys);
    if (!co_await services.add_member(service, found->id, context.now, context.deadline))
        co_return fail(ErrorKind::conflict, "This user is a member of the service already");
    co_return found;
}

Task<Result<User>> remove_member(ManageContext context, ServiceId service, std::string user)
{
    auto found = co_await resolve_user(context, std::move(user));
    if (!found) co_return found;
    ServiceStore services(context.database, context.keys);
    if (!co_await services.remove_member(service, found->id, context.deadline))
        co_return fail(ErrorKind::not_found,
                       "This user is not a member of the service; `herald service show` lists who is");
    co_return found;
}

}  // namespace herald
