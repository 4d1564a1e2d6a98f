#include "app/options.hpp"

#include <algorithm>

#include "storage/pg/conninfo.hpp"
#include "workers/delivery_worker.hpp"

namespace herald
{

namespace
{

// A holder that is alive must not lose its lease: from the claim to the record of the result it has this long.
constexpr seconds kLongestHold = DeliveryWorker::Options().database_timeout + kSendTimeout + kRecordTimeout;
static_assert(seconds(kShortestLeaseSeconds) > kLongestHold, "delivery.lease_seconds may end under a living holder");

}  // namespace

Result<void> check_database_url(const Settings& settings)
{
    return pg::check_conninfo(settings.database.url);
}

pg::DatabaseOptions database_options(const Settings& settings, std::string_view role)
{
    return database_options(settings, role, static_cast<int>(settings.database.connections));
}

pg::DatabaseOptions database_options(const Settings& settings, std::string_view role, int connections)
{
    pg::DatabaseOptions options;
    options.conninfo = settings.database.url;
    options.connections = connections;
    options.application_name = "herald " + std::string(role);
    return options;
}

http::ServerOptions server_options(const Settings& settings)
{
    http::ServerOptions options;
    options.host = settings.http.host;
    options.port = static_cast<std::uint16_t>(settings.http.port);
    options.max_body_bytes = static_cast<std::size_t>(settings.http.max_body_bytes);
    options.max_buffered_bytes = static_cast<std::size_t>(settings.http.max_buffered_bytes);
    options.max_connections = static_cast<std::size_t>(settings.http.max_connections);
    options.header_timeout = milliseconds(settings.http.header_timeout_ms);
    options.body_timeout = milliseconds(settings.http.body_timeout_ms);
    options.request_timeout = milliseconds(settings.http.request_timeout_ms);
    // Ends before the process as a whole has to.
    options.drain_timeout = seconds(std::max<std::int64_t>(1, settings.shutdown.drain_seconds - 5));
    options.trust_proxy_headers = settings.http.trust_proxy_headers;
    return options;
}

AcceptOptions accept_options(const Settings& settings)
{
    AcceptOptions options;
    options.email_domain = settings.email.domain;
    options.sms_from_number = settings.sms.from_number;
    options.default_region = settings.sms.default_region;
    options.admin_base_url = settings.public_base_url;
    return options;
}

ServiceDirectory::Options directory_options(const Settings& settings)
{
    ServiceDirectory::Options options;
    options.default_region = settings.sms.default_region;
    options.email_banner = settings.email.banner;
    return options;
}

DeliverOptions deliver_options(const Settings& settings)
{
    DeliverOptions options;
    options.tries = static_cast<std::int16_t>(settings.delivery.tries);
    options.uncertain_pause = seconds(settings.delivery.uncertain_after_seconds);
    options.retry_pause = seconds(settings.delivery.retry_seconds);
    options.look_up_after = seconds(settings.delivery.look_up_after_seconds);
    options.email_domain = settings.email.domain;
    options.sms_from_number = settings.sms.from_number;
    options.unsubscribe_url = settings.email.unsubscribe_url;
    return options;
}

QueueOptions queue_options(const Settings& settings)
{
    QueueOptions options;
    options.lease = seconds(settings.delivery.lease_seconds);
    options.uncertain_pause = seconds(settings.delivery.uncertain_after_seconds);
    return options;
}

JobOptions job_options(const Settings& settings)
{
    JobOptions options;
    options.lease = seconds(settings.jobs.lease_seconds);
    options.batch_rows = static_cast<std::size_t>(settings.jobs.batch_rows);
    return options;
}

RecorderOptions recorder_options(const Settings& settings)
{
    // From its receipt to the last question about an uncertain attempt: the lease, the pause after it, every try; and
    // as long again as a message may be without news.
    const auto& delivery = settings.delivery;
    RecorderOptions options;
    options.record.keep_trying = seconds(delivery.lease_seconds);
    options.correct_delivered = delivery.correct_delivered;
    options.keep_left_over_receipts = std::chrono::hours(delivery.time_out_hours) + seconds(delivery.lease_seconds) +
                                      seconds(delivery.uncertain_after_seconds) +
                                      seconds(delivery.retry_seconds) * delivery.tries;
    return options;
}

Heartbeats::Options heartbeat_options(const Settings& settings)
{
    Heartbeats::Options options;
    options.url = settings.scheduler.heartbeat_url;
    options.shape =
        settings.scheduler.heartbeat_shape == "cronitor" ? HeartbeatShape::cronitor : HeartbeatShape::healthchecks;
    return options;
}

OutboundRule callback_urls_allowed(const Settings& settings)
{
    return {settings.callbacks.allow_http, settings.callbacks.allow_private_addresses};
}

}  // namespace herald
