#include "app/receipts.hpp"

#include "operations/suppress_recipients.hpp"
#include "providers/aws_receipts/aws_events.hpp"

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

// STOP, START and their kin.
Task<> obey_opt_out(pg::Transaction& transaction, const KeyRing& keys, std::string region, ToldInbound told,
                    Instant now, Deadline deadline)
{
    OptOutMessage message;
    message.service_id = told.service_id;
    message.number = std::move(told.from);
    message.default_region = std::move(region);
    message.text = std::move(told.content);
    message.sent_at = told.sent_at;
    co_await apply_opt_out(transaction, keys, std::move(message), now, deadline);
}

}  // namespace

// Amazon is the only vendor yet. Another one's makes this a function that chooses by the provider's name.
ReportReader report_reader()
{
    return read_aws_event;
}

SnsVerifier::Options sns_verifier_options(const Settings& settings)
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

ApplyOptions apply_options(const Settings& settings, const KeyRing& keys)
{
    ApplyOptions options;
    options.default_region = settings.sms.default_region;
    options.correct_delivered = settings.delivery.correct_delivered;
    options.on_inbound = [&keys, region = settings.sms.default_region](pg::Transaction& transaction, ToldInbound told,
                                                                       Instant now, Deadline deadline)
    {
        return obey_opt_out(transaction, keys, region, std::move(told), now, deadline);
    };
    return options;
}

ReceiveReceipts::Options receive_options(const Settings& settings, const KeyRing& keys)
{
    ReceiveReceipts::Options options;
    options.keep_days = static_cast<int>(settings.receipts.keep_days);
    options.apply = apply_options(settings, keys);
    return options;
}

}  // namespace herald
