#include "operations/manage_api_keys.hpp"

#include "operations/manage_checks.hpp"

namespace herald
{

std::string api_key_text(const ApiKey& key)
{
    return key.name + "-" + key.service_id.to_string() + "-" + key.secret;
}

Task<Result<CreatedApiKey>> create_api_key(ManageContext context, ServiceId service, std::string name, KeyType type)
{
    if (const auto checked = check_name("the key", name); !checked) co_return Failure(checked.error());
    ServiceStore services(context.database, context.keys);
    if (!co_await services.find_row(service, context.deadline))
        co_return fail(ErrorKind::not_found, no_such_service(service.to_string()));

    ApiKey key;
    key.id = ApiKeyId{make_uuid_v4()};
    key.service_id = service;
    key.name = std::move(name);
    key.secret = make_uuid_v4().to_string();
    key.type = type;
    if (const auto added = co_await services.add_api_key(key, context.now, context.deadline); !added)
        co_return fail(added.error().kind, added.error().message + "; choose another name, or revoke that key first");
    CreatedApiKey created;
    created.row = {key.id, service, key.name, type, context.now, std::nullopt};
    created.text = api_key_text(key);
    co_return created;
}

Task<Result<ApiKeyRow>> find_api_key(ManageContext context, ApiKeyId id)
{
    ServiceStore services(context.database, context.keys);
    auto row = co_await services.find_api_key(id, context.deadline);
    if (row) co_return std::move(*row);
    co_return fail(ErrorKind::not_found,
                   "There is no key " + id.to_string() + "; `herald key list` shows a service's keys");
}

Task<Result<ApiKeyRow>> revoke_api_key(ManageContext context, ApiKeyId id)
{
    ServiceStore services(context.database, context.keys);
    const bool revoked = co_await services.revoke_api_key(id, context.now, context.deadline);
    auto row = co_await find_api_key(context, id);
    if (row && !revoked)
        co_return fail(ErrorKind::conflict,
                       "The key '" + row->name + "' was revoked already, at " + format_v2(*row->expiry_date));
    co_return row;
}

}  // namespace herald
