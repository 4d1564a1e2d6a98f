// Calls to one service of AWS: signed, on connections that are kept, never repeated by themselves.
//
// Security: the secret is used by libcurl to sign and goes nowhere else. The endpoint is the operator's, so it may be a
// private address (a VPC endpoint) or, in clear, this machine; in clear to another machine is refused (check).
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

// Belongs to the Loop of its executor and outlives its calls.
class AwsClient
{
public:
    // `service`: as AWS signs for it; `host`: what its endpoints begin with. They differ for SES ("ses", "email").
    AwsClient(asio::any_io_executor executor, AwsOptions options, std::string service, std::string_view host);

    // A status of 0 tells by may_have_arrived whether the call may have had an effect.
    Task<HttpResponse> post(std::string_view path, std::string content_type, std::string body, Deadline deadline);

private:
    AwsOptions options_;
    std::string service_;
    std::string endpoint_;
    HttpClient http_;
};

}  // namespace herald
