// Who is asking: service keys for v1 and v2, internal clients for the admin app (validation.md, section 3).
//
// Security: secrets are compared in constant time (base/jwt); a revoked key is seen within the directory's age of less
// than a second.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "http/server/authenticator.hpp"
#include "operations/service_directory.hpp"

namespace herald::http
{

class ServiceAuthenticator final : public Authenticator
{
public:
    ServiceAuthenticator(ServiceDirectory& directory, const Clock& clock, std::string internal_client_id,
                         std::vector<std::string> internal_secrets)
        : directory_(directory),
          clock_(clock),
          internal_client_id_(std::move(internal_client_id)),
          internal_secrets_(std::move(internal_secrets))
    {
    }

    Task<Result<Principal>> authenticate(Auth auth, const Request& request) override;

private:
    ServiceDirectory& directory_;
    const Clock& clock_;
    const std::string internal_client_id_;
    const std::vector<std::string> internal_secrets_;
};

}  // namespace herald::http
