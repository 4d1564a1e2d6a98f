#include "storage/service_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

std::uint32_t permission_bits(const std::vector<std::string>& names)
{
    std::uint32_t bits = 0;
    for (const auto& name : names)
    {
        if (const auto permission = parse_service_permission(name)) bits |= static_cast<std::uint32_t>(*permission);
    }
    return bits;
}

std::vector<std::string> permission_names(std::uint32_t bits)
{
    std::vector<std::string> names;
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1)
    {
        if ((bits & bit) != 0) names.emplace_back(to_string(static_cast<ServicePermission>(bit)));
    }
    return names;
}

Service read_service(const pg::Rows& rows)
{
    Service service;
    service.id = ServiceId{rows.get<Uuid>(0, "id")};
    service.name = rows.get<std::string>(0, "name");
    service.email_from = rows.get<std::string>(0, "email_from");
    service.active = rows.get<bool>(0, "active");
    service.restricted = rows.get<bool>(0, "restricted");
    service.research_mode = rows.get<bool>(0, "research_mode");
    service.prefix_sms = rows.get<bool>(0, "prefix_sms");
    service.message_limit = rows.get<std::int64_t>(0, "message_limit");
    service.rate_limit = rows.get<std::int32_t>(0, "rate_limit");
    service.permissions = permission_bits(rows.get<std::vector<std::string>>(0, "permissions"));
    service.retention_days_email = rows.get<std::int32_t>(0, "retention_days_email");
    service.retention_days_sms = rows.get<std::int32_t>(0, "retention_days_sms");
    return service;
}

std::vector<ApiKey> read_keys(const pg::Rows& rows, ServiceId service, const KeyRing& keys)
{
    std::vector<ApiKey> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        ApiKey key;
        key.id = ApiKeyId{rows.get<Uuid>(i, "id")};
        key.service_id = service;
        key.name = rows.get<std::string>(i, "name");
        key.type = static_cast<KeyType>(rows.get<std::int16_t>(i, "key_type"));
        key.expiry_date = rows.get<std::optional<Instant>>(i, "expiry_date");
        auto secret = keys.open(rows.get<pg::Bytes>(i, "secret_sealed").value, sealed_secret_context(key.id.value));
        if (!secret) throw std::runtime_error("an API key's secret does not open: " + secret.error().message);
        key.secret = std::move(*secret);
        found.push_back(std::move(key));
    }
    return found;
}

}  // namespace

std::string sealed_secret_context(const Uuid& owner)
{
    return "secret:" + owner.to_string();
}

Task<std::optional<ServiceRecord>> ServiceStore::find(ServiceId id, Instant now, Deadline deadline)
{
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    statements.emplace_back(sql::get_service, pg::Params::of(id));
    statements.emplace_back(sql::list_api_keys, pg::Params::of(id, now - std::chrono::days(7)));
    statements.emplace_back(sql::list_sms_senders, pg::Params::of(id));
    statements.emplace_back(sql::list_email_reply_tos, pg::Params::of(id));
    statements.emplace_back(sql::list_allowed_recipients, pg::Params::of(id));
    const auto answers = co_await database_.execute_together(std::move(statements), deadline);
    if (answers[0].empty()) co_return std::nullopt;

    ServiceRecord record;
    record.service = read_service(answers[0]);
    record.keys = read_keys(answers[1], id, keys_);
    for (std::size_t i = 0; i < answers[2].size(); ++i)
        record.sms_senders.push_back({SmsSenderId{answers[2].get<Uuid>(i, "id")},
                                      answers[2].get<std::string>(i, "sms_sender"),
                                      answers[2].get<bool>(i, "is_default")});
    for (std::size_t i = 0; i < answers[3].size(); ++i)
        record.email_reply_tos.push_back({EmailReplyToId{answers[3].get<Uuid>(i, "id")},
                                          answers[3].get<std::string>(i, "email_address"),
                                          answers[3].get<bool>(i, "is_default")});
    for (std::size_t i = 0; i < answers[4].size(); ++i)
        record.allowed_recipients.push_back(answers[4].get<std::string>(i, "recipient"));
    co_return record;
}

Task<Result<void>> ServiceStore::add_service(Service service, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(service.id, service.name, service.email_from, service.restricted,
                                 service.message_limit, service.rate_limit, permission_names(service.permissions), now);
    try
    {
        co_await database_.execute(sql::add_service, std::move(params), deadline);
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_unique_violation()) throw;
        co_return fail(ErrorKind::conflict, "Duplicate service name '" + service.name + "'");
    }
    co_return Result<void>();
}

Task<Result<void>> ServiceStore::add_api_key(ApiKey key, Instant now, Deadline deadline)
{
    const pg::Bytes sealed{keys_.seal(key.secret, sealed_secret_context(key.id.value))};
    auto params = pg::Params::of(key.id, key.service_id, key.name, sealed, static_cast<std::int16_t>(key.type), now);
    try
    {
        co_await database_.execute(sql::add_api_key, std::move(params), deadline);
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_unique_violation()) throw;
        co_return fail(ErrorKind::conflict, "The service has a key named '" + key.name + "' already");
    }
    co_return Result<void>();
}

Task<bool> ServiceStore::revoke_api_key(ApiKeyId id, Instant now, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::revoke_api_key, pg::Params::of(id, now), deadline);
    co_return rows.affected() == 1;
}

Task<> ServiceStore::add_sms_sender(ServiceId service, SmsSender sender, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(sender.id, service, sender.sms_sender, sender.is_default, now);
    co_await database_.execute(sql::add_sms_sender, std::move(params), deadline);
}

Task<> ServiceStore::add_email_reply_to(ServiceId service, EmailReplyTo reply_to, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(reply_to.id, service, reply_to.email_address, reply_to.is_default, now);
    co_await database_.execute(sql::add_email_reply_to, std::move(params), deadline);
}

Task<> ServiceStore::add_guest(ServiceId service, Channel channel, std::string recipient, Instant now,
                               Deadline deadline)
{
    auto params = pg::Params::of(service, static_cast<std::int16_t>(channel), recipient, now);
    co_await database_.execute(sql::add_guest, std::move(params), deadline);
}

Task<> ServiceStore::put_callback(ServiceId service, std::string type, std::string url, std::string bearer_token,
                                  Instant now, Deadline deadline)
{
    const pg::Bytes sealed{keys_.seal(bearer_token, sealed_secret_context(service.value))};
    auto params = pg::Params::of(service, type, make_uuid_v4(), url, sealed, now);
    co_await database_.execute(sql::put_service_callback, std::move(params), deadline);
}

}  // namespace herald
