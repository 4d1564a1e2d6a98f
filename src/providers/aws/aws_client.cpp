#include "providers/aws/aws_client.hpp"

#include <fmt/format.h>

namespace herald
{
namespace
{

constexpr std::size_t kMaxAnswerBytes = 65'536;  // both services answer with some hundred bytes

HttpClientOptions http_options(const AwsOptions& options)
{
    HttpClientOptions out;
    out.max_connections_per_host = static_cast<long>(options.connections);
    out.max_connections = static_cast<long>(options.connections);
    return out;
}

}  // namespace

AwsClient::AwsClient(asio::any_io_executor executor, AwsOptions options, std::string service, std::string_view host)
    : options_(std::move(options)),
      service_(std::move(service)),
      endpoint_(options_.endpoint.empty() ? fmt::format("https://{}.{}.amazonaws.com", host, options_.region)
                                          : options_.endpoint),
      http_(std::move(executor), http_options(options_))
{
}

Task<HttpResponse> AwsClient::post(std::string_view path, std::string content_type, std::string body, Deadline deadline)
{
    HttpHeaders headers{{"Content-Type", std::move(content_type)}};
    HttpRequest request("POST", fmt::format("{}{}", endpoint_, path), std::move(headers), std::move(body));
    request.aws = aws_signature(options_, service_);

    HttpOptions options(deadline);
    options.max_response_bytes = kMaxAnswerBytes;
    options.allow_private_addresses = true;
    options.may_repeat = false;
    co_return co_await http_.send(std::move(request), options);
}

}  // namespace herald
