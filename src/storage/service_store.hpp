// Services, their keys and what belongs to them. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "domain/services/service.hpp"
#include "storage/pg/database.hpp"

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
};

class ServiceStore
{
public:
    // `keys` opens the secrets; it must outlive the store.
    ServiceStore(pg::Database& database, const KeyRing& keys) : database_(database), keys_(keys) {}

    // One round trip. nullopt: no such service.
    Task<std::optional<ServiceRecord>> find(ServiceId id, Instant now, Deadline deadline);

    // Names are unique: conflict otherwise.
    Task<Result<void>> add_service(Service service, Instant now, Deadline deadline);
    // `key.secret` is sealed here. conflict: the service has a live key of that name.
    Task<Result<void>> add_api_key(ApiKey key, Instant now, Deadline deadline);
    Task<bool> revoke_api_key(ApiKeyId id, Instant now, Deadline deadline);
    Task<> add_sms_sender(ServiceId service, SmsSender sender, Instant now, Deadline deadline);
    Task<> add_email_reply_to(ServiceId service, EmailReplyTo reply_to, Instant now, Deadline deadline);
    Task<> add_guest(ServiceId service, Channel channel, std::string recipient, Instant now, Deadline deadline);
    Task<> put_callback(ServiceId service, std::string type, std::string url, std::string bearer_token, Instant now,
                        Deadline deadline);

private:
    pg::Database& database_;
    const KeyRing& keys_;
};

// The context API-key secrets and bearer tokens are sealed in.
std::string sealed_secret_context(const Uuid& owner);

}  // namespace herald
