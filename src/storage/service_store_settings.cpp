// What belongs to a service: senders, reply-to addresses, guests, members, callbacks.
#include "sql/queries.hpp"
#include "storage/callback_secrets.hpp"
#include "storage/service_store.hpp"

namespace herald
{

Task<> ServiceStore::add_default(pg::Statement clear, ServiceId service, pg::Statement add, pg::Params params,
                                 bool is_default, Instant now, Deadline deadline)
{
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    if (is_default) statements.emplace_back(clear, pg::Params::of(service, now));
    statements.emplace_back(add, std::move(params));
    co_await database_.execute_together(std::move(statements), deadline);
}

Task<bool> ServiceStore::make_default(pg::Statement clear, ServiceId service, pg::Statement set, Uuid id, Instant now,
                                      Deadline deadline)
{
    auto transaction = co_await database_.begin(deadline);
    co_await transaction.execute(clear, pg::Params::of(service, now), deadline);
    const auto rows = co_await transaction.execute(set, pg::Params::of(service, id, now), deadline);
    if (rows.affected() == 0)
    {
        co_await transaction.rollback(deadline);
        co_return false;
    }
    co_await transaction.commit(deadline);
    co_return true;
}

Task<> ServiceStore::add_sms_sender(ServiceId service, SmsSender sender, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(sender.id, service, sender.sms_sender, sender.is_default, now);
    co_await add_default(sql::clear_default_sms_sender, service, sql::add_sms_sender, std::move(params),
                         sender.is_default, now, deadline);
}

Task<> ServiceStore::add_email_reply_to(ServiceId service, EmailReplyTo reply_to, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(reply_to.id, service, reply_to.email_address, reply_to.is_default, now);
    co_await add_default(sql::clear_default_email_reply_to, service, sql::add_email_reply_to, std::move(params),
                         reply_to.is_default, now, deadline);
}

Task<std::vector<SmsSender>> ServiceStore::list_sms_senders(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_sms_senders, pg::Params::of(service), deadline);
    std::vector<SmsSender> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({SmsSenderId{rows.get<Uuid>(i, "id")}, rows.get<std::string>(i, "sms_sender"),
                         rows.get<bool>(i, "is_default")});
    co_return found;
}

Task<std::vector<EmailReplyTo>> ServiceStore::list_email_reply_tos(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_email_reply_tos, pg::Params::of(service), deadline);
    std::vector<EmailReplyTo> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({EmailReplyToId{rows.get<Uuid>(i, "id")}, rows.get<std::string>(i, "email_address"),
                         rows.get<bool>(i, "is_default")});
    co_return found;
}

Task<bool> ServiceStore::make_sms_sender_default(ServiceId service, SmsSenderId id, Instant now, Deadline deadline)
{
    return make_default(sql::clear_default_sms_sender, service, sql::set_default_sms_sender, id.value, now, deadline);
}

Task<bool> ServiceStore::make_email_reply_to_default(ServiceId service, EmailReplyToId id, Instant now,
                                                     Deadline deadline)
{
    return make_default(sql::clear_default_email_reply_to, service, sql::set_default_email_reply_to, id.value, now,
                        deadline);
}

Task<bool> ServiceStore::archive_sms_sender(ServiceId service, SmsSenderId id, Instant now, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::archive_sms_sender, pg::Params::of(service, id, now), deadline);
    co_return rows.affected() == 1;
}

Task<bool> ServiceStore::archive_email_reply_to(ServiceId service, EmailReplyToId id, Instant now, Deadline deadline)
{
    const auto rows =
        co_await database_.execute(sql::archive_email_reply_to, pg::Params::of(service, id, now), deadline);
    co_return rows.affected() == 1;
}

Task<bool> ServiceStore::add_guest(ServiceId service, Channel channel, std::string recipient, Instant now,
                                   Deadline deadline)
{
    auto params = pg::Params::of(service, static_cast<std::int16_t>(channel), recipient, now);
    const auto rows = co_await database_.execute(sql::add_guest, std::move(params), deadline);
    co_return rows.affected() == 1;
}

Task<bool> ServiceStore::remove_guest(ServiceId service, Channel channel, std::string recipient, Deadline deadline)
{
    auto params = pg::Params::of(service, static_cast<std::int16_t>(channel), recipient);
    const auto rows = co_await database_.execute(sql::remove_guest, std::move(params), deadline);
    co_return rows.affected() == 1;
}

Task<std::vector<Guest>> ServiceStore::list_guests(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_guests, pg::Params::of(service), deadline);
    std::vector<Guest> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back(
            {static_cast<Channel>(rows.get<std::int16_t>(i, "channel")), rows.get<std::string>(i, "recipient")});
    co_return found;
}

Task<bool> ServiceStore::add_member(ServiceId service, UserId user, Instant now, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::add_service_member, pg::Params::of(service, user, now), deadline);
    co_return rows.affected() == 1;
}

Task<bool> ServiceStore::remove_member(ServiceId service, UserId user, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::remove_service_member, pg::Params::of(service, user), deadline);
    co_return rows.affected() == 1;
}

Task<std::vector<User>> ServiceStore::list_members(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_service_members, pg::Params::of(service), deadline);
    co_return read_users(rows);
}

Task<std::string> ServiceStore::put_callback(ServiceId service, std::string type, std::string url,
                                             std::string bearer_token, Instant now, Deadline deadline)
{
    const CallbackSecrets secrets{std::move(bearer_token), make_signing_secret()};
    const pg::Bytes sealed{seal_callback_secrets(keys_, service.value, secrets)};
    auto params = pg::Params::of(service, type, make_uuid_v4(), url, sealed, now);
    co_await database_.execute(sql::put_service_callback, std::move(params), deadline);
    co_return secrets.signing_secret;
}

Task<bool> ServiceStore::remove_callback(ServiceId service, std::string type, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::remove_service_callback, pg::Params::of(service, type), deadline);
    co_return rows.affected() == 1;
}

Task<std::vector<ServiceCallback>> ServiceStore::list_callbacks(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_service_callbacks, pg::Params::of(service), deadline);
    std::vector<ServiceCallback> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({rows.get<std::string>(i, "callback_type"), rows.get<std::string>(i, "url"),
                         rows.get<Instant>(i, "created_at"), rows.get<std::optional<Instant>>(i, "updated_at")});
    co_return found;
}

}  // namespace herald
