// Where a service of AWS is, and as whom it is called.
//
// Security: the endpoint is the operator's, so it may be a private address (a VPC endpoint) or, in clear, this machine;
// in clear to another machine is refused (check).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "runtime/http_client.hpp"

namespace herald
{

struct AwsOptions
{
    std::string region;
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;      // of temporary credentials; empty: none
    std::string endpoint;           // "https://host[:port]"; empty: AWS's own for the region
    std::int64_t connections = 16;  // at once; further calls wait for one
};

// Fails (validation) naming the key that is wrong. `section` is where endpoint and connections come from: "ses".
Result<void> check(const AwsOptions& options, std::string_view section);

// `service`: as AWS signs for it ("ses", "s3").
AwsSignature aws_signature(const AwsOptions& options, std::string service);

}  // namespace herald
