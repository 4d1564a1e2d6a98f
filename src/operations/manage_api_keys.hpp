// The API keys of services. Belongs to the Loop of its Database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operations/manage_context.hpp"
#include "storage/service_store.hpp"

namespace herald
{

// What client libraries take: "<name>-<service id>-<secret>". Only its last 73 characters count.
std::string api_key_text(const ApiKey& key);

struct CreatedApiKey
{
    ApiKeyRow row;
    std::string text;  // api_key_text: shown once, at creation; nobody can read it again
};

// validation: no name. conflict: the service has a live key of that name. not_found: no such service.
Task<Result<CreatedApiKey>> create_api_key(ManageContext context, ServiceId service, std::string name, KeyType type);
// Without its secret. not_found: no such key.
Task<Result<ApiKeyRow>> find_api_key(ManageContext context, ApiKeyId id);
// not_found: no such key. conflict: it was revoked already, and when. Takes effect in every process within a second.
Task<Result<ApiKeyRow>> revoke_api_key(ManageContext context, ApiKeyId id);

}  // namespace herald
