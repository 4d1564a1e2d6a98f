// Calls to one service of AWS: signed, on connections that are kept, never repeated by themselves.
//
// Security: the secret is used by libcurl to sign and goes nowhere else. Where it may be used is in aws_options.hpp.
#pragma once

#include <string>
#include <string_view>

#include "runtime/aws_options.hpp"

namespace herald
{

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
