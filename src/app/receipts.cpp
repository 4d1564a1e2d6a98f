#include "app/receipts.hpp"

namespace herald
{

namespace
{

// A plain function, so that the request lives in the coroutine and not in a lambda.
Task<HttpResponse> fetch(HttpClient& client, std::string url, std::size_t max_bytes, Deadline deadline)
{
    HttpRequest request("GET", std::move(url));
    HttpOptions options(deadline);
    options.max_response_bytes = max_bytes;
    co_return co_await client.send(std::move(request), options);
}

}  // namespace

SnsVerifier::Options sns_options(const Settings& settings)
{
    SnsVerifier::Options options;
    options.topics = settings.receipts.topic_list();
    options.ca_file = settings.receipts.ca_file;
    options.max_age = seconds(settings.receipts.max_age_seconds);
    return options;
}

SnsVerifier::Fetch fetch_through(HttpClient& client)
{
    return [&client](std::string url, std::size_t max_bytes, Deadline deadline)
    {
        return fetch(client, std::move(url), max_bytes, deadline);
    };
}

ApplyOptions apply_options(const Settings& settings)
{
    ApplyOptions options;
    options.default_region = settings.sms.default_region;
    return options;
}

ReceiveReceipts::Options receive_options(const Settings& settings)
{
    ReceiveReceipts::Options options;
    options.keep_days = static_cast<int>(settings.receipts.keep_days);
    options.apply = apply_options(settings);
    return options;
}

}  // namespace herald
