// Services, their keys and what belongs to them. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "domain/services/email_branding.hpp"
#include "domain/services/service.hpp"
#include "storage/pg/database.hpp"
#include "storage/user_store.hpp"

namespace herald
{

struct SmsSender
{
    SmsSenderId id;
    std::string sms_sender;
    bool is_default = false;
};

struct EmailReplyTo
{
    EmailReplyToId id;
    std::string email_address;
    bool is_default = false;
};

// Everything the hot path wants to know about a service, read at once.
struct ServiceRecord
{
    Service service;
    std::vector<ApiKey> keys;  // revoked ones of the last seven days included
    std::vector<SmsSender> sms_senders;
    std::vector<EmailReplyTo> email_reply_tos;
    std::vector<std::string> allowed_recipients;  // guest list and members, as stored
    std::optional<EmailBranding> branding;
};

// A service with what only its managers ask about.
struct ServiceRow
{
    Service service;
    Instant created_at{};
    std::optional<Instant> updated_at;
};

// What is to change; empty means that it stays.
struct ServiceChange
{
    std::optional<std::string> name;
    std::optional<std::string> email_from;
    std::optional<bool> active;
    std::optional<bool> restricted;
    std::optional<bool> research_mode;
    std::optional<bool> prefix_sms;
    std::optional<std::int64_t> message_limit;
    std::optional<std::int32_t> rate_limit;
    std::optional<std::int32_t> retention_days_email;
    std::optional<std::int32_t> retention_days_sms;
    std::uint32_t add_permissions = 0;
    std::uint32_t remove_permissions = 0;  // wins over add_permissions
};

// An API key without its secret.
struct ApiKeyRow
{
    ApiKeyId id;
    ServiceId service_id;
    std::string name;
    KeyType type = KeyType::normal;
    Instant created_at{};
    std::optional<Instant> expiry_date;  // set: revoked at that time
};

struct Guest
{
    Channel channel = Channel::sms;
    std::string recipient;  // normalised
};

struct ServiceCallback
{
    std::string type;  // delivery_status, complaint, inbound_sms
    std::string url;
    Instant created_at{};
    std::optional<Instant> updated_at;
};

class ServiceStore
{
public:
    // `keys` opens the secrets; it must outlive the store.
    ServiceStore(pg::Database& database, const KeyRing& keys) : database_(database), keys_(keys) {}

    // One round trip. nullopt: no such service.
    Task<std::optional<ServiceRecord>> find(ServiceId id, Instant now, Deadline deadline);

    // The service's row alone. nullopt: no such service.
    Task<std::optional<ServiceRow>> find_row(ServiceId id, Deadline deadline);
    Task<std::optional<ServiceId>> find_by_name(std::string name, Deadline deadline);
    Task<std::vector<ServiceRow>> list(Deadline deadline);
    // The name and email_from are unique: conflict otherwise, naming which of them is taken.
    Task<Result<void>> add_service(Service service, Instant now, Deadline deadline);
    // The same; not_found: no such service.
    Task<Result<void>> change_service(ServiceId id, ServiceChange change, Instant now, Deadline deadline);
    // Inactive, and every key revoked.
    Task<> archive_service(ServiceId id, Instant now, Deadline deadline);

    // `key.secret` is sealed here. conflict: the service has a live key of that name.
    Task<Result<void>> add_api_key(ApiKey key, Instant now, Deadline deadline);
    // False: unknown, or revoked already.
    Task<bool> revoke_api_key(ApiKeyId id, Instant now, Deadline deadline);
    Task<std::optional<ApiKeyRow>> find_api_key(ApiKeyId id, Deadline deadline);
    // Revoked ones included, oldest first.
    Task<std::vector<ApiKeyRow>> list_api_keys(ServiceId service, Deadline deadline);

    // A sender or reply-to that is the default takes the place of the one before.
    Task<> add_sms_sender(ServiceId service, SmsSender sender, Instant now, Deadline deadline);
    Task<> add_email_reply_to(ServiceId service, EmailReplyTo reply_to, Instant now, Deadline deadline);
    Task<std::vector<SmsSender>> list_sms_senders(ServiceId service, Deadline deadline);
    Task<std::vector<EmailReplyTo>> list_email_reply_tos(ServiceId service, Deadline deadline);
    // False: the service has no such sender (any more).
    Task<bool> make_sms_sender_default(ServiceId service, SmsSenderId id, Instant now, Deadline deadline);
    Task<bool> make_email_reply_to_default(ServiceId service, EmailReplyToId id, Instant now, Deadline deadline);
    Task<bool> archive_sms_sender(ServiceId service, SmsSenderId id, Instant now, Deadline deadline);
    Task<bool> archive_email_reply_to(ServiceId service, EmailReplyToId id, Instant now, Deadline deadline);

    // False: it was on the list already, or was not on it.
    Task<bool> add_guest(ServiceId service, Channel channel, std::string recipient, Instant now, Deadline deadline);
    Task<bool> remove_guest(ServiceId service, Channel channel, std::string recipient, Deadline deadline);
    Task<std::vector<Guest>> list_guests(ServiceId service, Deadline deadline);

    // False: was a member already, or was none.
    Task<bool> add_member(ServiceId service, UserId user, Instant now, Deadline deadline);
    Task<bool> remove_member(ServiceId service, UserId user, Deadline deadline);
    Task<std::vector<User>> list_members(ServiceId service, Deadline deadline);

    // In place of the one of this type; its endpoint counts as well. Gives the secret that signs its calls, made anew.
    Task<std::string> put_callback(ServiceId service, std::string type, std::string url, std::string bearer_token,
                                   Instant now, Deadline deadline);
    Task<bool> remove_callback(ServiceId service, std::string type, Deadline deadline);
    Task<std::vector<ServiceCallback>> list_callbacks(ServiceId service, Deadline deadline);

private:
    Task<> add_default(pg::Statement clear, ServiceId service, pg::Statement add, pg::Params params, bool is_default,
                       Instant now, Deadline deadline);
    Task<bool> make_default(pg::Statement clear, ServiceId service, pg::Statement set, Uuid id, Instant now,
                            Deadline deadline);

    pg::Database& database_;
    const KeyRing& keys_;
};

// The context API-key secrets and the secrets of callbacks are sealed in.
std::string sealed_secret_context(const Uuid& owner);

}  // namespace herald
