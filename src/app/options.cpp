#include "app/options.hpp"

#include <algorithm>

namespace herald
{

pg::DatabaseOptions database_options(const Settings& settings, std::string_view role)
{
    pg::DatabaseOptions options;
    options.conninfo = settings.database.url;
    options.connections = static_cast<int>(settings.database.connections);
    options.application_name = "herald " + std::string(role);
    return options;
}

http::ServerOptions server_options(const Settings& settings)
{
    http::ServerOptions options;
    options.host = settings.http.host;
    options.port = static_cast<std::uint16_t>(settings.http.port);
    options.max_body_bytes = static_cast<std::size_t>(settings.http.max_body_bytes);
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
    options.retry_pause = seconds(settings.delivery.retry_seconds);
    // A hand-off and the record of its result have to end while the lease is held.
    options.send_timeout = std::min(options.send_timeout, seconds(settings.delivery.lease_seconds) / 2);
    options.look_up_after = seconds(settings.delivery.look_up_after_seconds);
    options.email_domain = settings.email.domain;
    options.sms_from_number = settings.sms.from_number;
    return options;
}

QueueOptions queue_options(const Settings& settings)
{
    QueueOptions options;
    options.lease = seconds(settings.delivery.lease_seconds);
    options.uncertain_pause = seconds(settings.delivery.uncertain_after_seconds);
    return options;
}

}  // namespace herald
