#include "storage/service_store.hpp"

#include "base/log.hpp"
#include "sql/queries.hpp"
#include "storage/branding_store.hpp"

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

Service read_service(const pg::Rows& rows, std::size_t i)
{
    Service service;
    service.id = ServiceId{rows.get<Uuid>(i, "id")};
    service.name = rows.get<std::string>(i, "name");
    service.email_from = rows.get<std::string>(i, "email_from");
    service.active = rows.get<bool>(i, "active");
    service.restricted = rows.get<bool>(i, "restricted");
    service.research_mode = rows.get<bool>(i, "research_mode");
    service.prefix_sms = rows.get<bool>(i, "prefix_sms");
    service.message_limit = rows.get<std::int64_t>(i, "message_limit");
    service.rate_limit = rows.get<std::int32_t>(i, "rate_limit");
    service.permissions = permission_bits(rows.get<std::vector<std::string>>(i, "permissions"));
    service.retention_days_email = rows.get<std::int32_t>(i, "retention_days_email");
    service.retention_days_sms = rows.get<std::int32_t>(i, "retention_days_sms");
    return service;
}

ServiceRow read_row(const pg::Rows& rows, std::size_t i)
{
    return {read_service(rows, i), rows.get<Instant>(i, "created_at"),
            rows.get<std::optional<Instant>>(i, "updated_at")};
}

ApiKeyRow read_key_row(const pg::Rows& rows, std::size_t i, ServiceId service)
{
    return {ApiKeyId{rows.get<Uuid>(i, "id")},  service,
            rows.get<std::string>(i, "name"),   static_cast<KeyType>(rows.get<std::int16_t>(i, "key_type")),
            rows.get<Instant>(i, "created_at"), rows.get<std::optional<Instant>>(i, "expiry_date")};
}

pg::Params change_params(ServiceId id, const ServiceChange& change, Instant now)
{
    return pg::Params::of(id, change.name, change.email_from, change.active, change.restricted, change.research_mode,
                          change.prefix_sms, change.message_limit, change.rate_limit, change.retention_days_email,
                          change.retention_days_sms, permission_names(change.add_permissions),
                          permission_names(change.remove_permissions), now);
}

Failure taken(const pg::SqlError& error, const std::string& name, const std::string& email_from)
{
    if (error.constraint == "services_email_from_key")
        return fail(ErrorKind::conflict, "Another service sends its emails from '" + email_from + "' already");
    return fail(ErrorKind::conflict, "Duplicate service name '" + name + "'");
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
        if (!secret)
        {
            // Only its own tokens fail: the others' must not, and the one who can mend it reads the log.
            log::warning("an API key is passed over: its secret does not open",
                         {{"api_key", key.id.to_string()}, {"reason", secret.error().message}});
            continue;
        }
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
    statements.emplace_back(sql::get_service_email_branding, pg::Params::of(id));
    const auto answers = co_await database_.execute_together(std::move(statements), deadline);
    if (answers[0].empty()) co_return std::nullopt;

    ServiceRecord record;
    record.service = read_service(answers[0], 0);
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
    record.branding = read_email_branding(answers[5]);
    co_return record;
}

Task<std::optional<ServiceRow>> ServiceStore::find_row(ServiceId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_service, pg::Params::of(id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_row(rows, 0);
}

Task<std::optional<ServiceId>> ServiceStore::find_by_name(std::string name, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::find_service_by_name, pg::Params::of(name), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return ServiceId{rows.get<Uuid>(0, "id")};
}

Task<std::vector<ServiceRow>> ServiceStore::list(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_services, pg::Params(), deadline);
    std::vector<ServiceRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_row(rows, i));
    co_return found;
}

Task<Result<void>> ServiceStore::add_service(Service service, Instant now, Deadline deadline)
{
    auto params =
        pg::Params::of(service.id, service.name, service.email_from, service.restricted, service.message_limit,
                       service.rate_limit, permission_names(service.permissions), now, service.research_mode,
                       service.prefix_sms, service.retention_days_email, service.retention_days_sms);
    try
    {
        co_await database_.execute(sql::add_service, std::move(params), deadline);
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_unique_violation()) throw;
        co_return taken(error, service.name, service.email_from);
    }
    co_return Result<void>();
}

Task<Result<void>> ServiceStore::change_service(ServiceId id, ServiceChange change, Instant now, Deadline deadline)
{
    try
    {
        const auto rows = co_await database_.execute(sql::change_service, change_params(id, change, now), deadline);
        if (rows.affected() == 0) co_return fail(ErrorKind::not_found, "There is no service " + id.to_string());
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_unique_violation()) throw;
        co_return taken(error, change.name.value_or(""), change.email_from.value_or(""));
    }
    co_return Result<void>();
}

Task<> ServiceStore::archive_service(ServiceId id, Instant now, Deadline deadline)
{
    ServiceChange inactive;
    inactive.active = false;
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    statements.emplace_back(sql::change_service, change_params(id, inactive, now));
    statements.emplace_back(sql::revoke_service_api_keys, pg::Params::of(id, now));
    co_await database_.execute_together(std::move(statements), deadline);
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

Task<std::optional<ApiKeyRow>> ServiceStore::find_api_key(ApiKeyId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_api_key, pg::Params::of(id), deadline);
    if (rows.empty()) co_return std::nullopt;
    co_return read_key_row(rows, 0, ServiceId{rows.get<Uuid>(0, "service_id")});
}

Task<std::vector<ApiKeyRow>> ServiceStore::list_api_keys(ServiceId service, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_service_api_keys, pg::Params::of(service), deadline);
    std::vector<ApiKeyRow> found;
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_key_row(rows, i, service));
    co_return found;
}

}  // namespace herald
