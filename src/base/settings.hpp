// Every setting of Herald, with the default that is right for production. One line of settings.cpp describes each.
//
// Sources, later ones win: built-in defaults, herald.toml, HERALD_SECTION_KEY variables, flags of the command line. An
// unknown key anywhere is an error. Plain data after loading: read from any thread.
//
// Security: keys marked secret in settings.cpp never reach an error text, a dump or a log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/config.hpp"
#include "base/error.hpp"

namespace herald
{

struct DatabaseSettings
{
    std::string url;
    std::int64_t connections = 4;
};

struct HttpSettings
{
    std::string host = "127.0.0.1";
    std::int64_t port = 6011;
    std::int64_t max_body_bytes = 5'000'000;
    std::int64_t max_buffered_bytes = 64'000'000;
    std::int64_t header_timeout_ms = 10'000;
    std::int64_t body_timeout_ms = 30'000;
    std::int64_t request_timeout_ms = 30'000;
    std::int64_t max_connections = 4096;
    bool trust_proxy_headers = false;
};

struct SecuritySettings
{
    std::string keys;
    std::string internal_client_id = "notify-admin";
    std::string internal_secret;

    // Each of them, so that a new one can be brought in before the old one goes.
    [[nodiscard]] std::vector<std::string> internal_secrets() const;
};

struct CallbackSettings
{
    bool allow_http = false;
    bool allow_private_addresses = false;
    std::int64_t timeout_ms = 5000;
    std::int64_t inbound_timeout_ms = 60'000;
    std::int64_t tries = 5;
    std::int64_t retry_seconds = 300;
    std::int64_t pause_after_seconds = 60;
};

// The least of delivery.lease_seconds; app/options.cpp proves that a living holder has done with it by then.
inline constexpr std::int64_t kShortestLeaseSeconds = 80;

struct DeliverySettings
{
    std::int64_t tries = 48;
    std::int64_t retry_seconds = 300;
    std::int64_t lease_seconds = 120;
    std::int64_t batch = 200;
    std::int64_t concurrency = 64;
    std::int64_t uncertain_after_seconds = 900;
    std::int64_t look_up_after_seconds = 60;
    std::int64_t time_out_hours = 72;
    bool correct_delivered = true;
};

struct ReceiptSettings
{
    std::string topics;
    std::int64_t max_age_seconds = 7200;
    std::string ca_file;
    std::int64_t keep_days = 7;
    bool receive_inbound_sms = false;

    // Each of them.
    [[nodiscard]] std::vector<std::string> topic_list() const;
};

struct EmailSettings
{
    std::string domain = "notify.localhost";
    std::string banner;
    std::string unsubscribe_url;
};

struct SmtpSettings
{
    std::string host;
    std::int64_t port = 587;
    std::string tls = "starttls";
    std::string username;
    std::string password;
    std::int64_t connections = 4;
    std::string ca_file;
};

struct AwsSettings
{
    std::string region;
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;
};

struct SesSettings
{
    std::string endpoint;
    std::string configuration_set;
    std::int64_t connections = 16;
    std::int64_t rate_per_second = 0;
};

struct SnsSettings
{
    std::string endpoint;
    std::int64_t connections = 16;
    std::int64_t rate_per_second = 0;
    bool receipts = false;
};

struct ObjectSettings
{
    std::string store = "filesystem";
    std::string folder;
    std::string bucket;
    std::string contact_list_bucket;
    std::string endpoint;
    std::string region;
    bool path_style = false;
};

struct SmsSettings
{
    std::string default_region = "US";
    std::string from_number = "+18005550100";
};

struct ProviderSettings
{
    // Those that share the channel. None: not chosen; `herald serve` refuses that: capture sends nothing, which nobody
    // should get unasked.
    std::vector<std::string> email;
    std::vector<std::string> sms;
};

struct JobSettings
{
    std::int64_t lease_seconds = 15;
    std::int64_t concurrency = 4;
    std::int64_t batch_rows = 1000;
};

struct CaptureSettings
{
    std::string script;
};

struct LogSettings
{
    std::string level = "info";
    std::string format = "json";
};

struct SchedulerSettings
{
    std::string heartbeat_url;
    std::string heartbeat_shape = "healthchecks";
};

struct MonitoringSettings
{
    std::string host = "127.0.0.1";
    std::int64_t port = 0;
};

struct ShutdownSettings
{
    std::int64_t linger_seconds = 0;
    std::int64_t drain_seconds = 25;
};

struct Settings
{
    std::string public_base_url = "http://localhost:6012";
    std::string time_zone = "America/New_York";
    DatabaseSettings database;
    HttpSettings http;
    SecuritySettings security;
    CallbackSettings callbacks;
    DeliverySettings delivery;
    ReceiptSettings receipts;
    EmailSettings email;
    SmtpSettings smtp;
    AwsSettings aws;
    SesSettings ses;
    SnsSettings sns;
    ObjectSettings objects;
    SmsSettings sms;
    ProviderSettings providers;
    CaptureSettings capture;
    JobSettings jobs;
    LogSettings log;
    SchedulerSettings scheduler;
    MonitoringSettings monitoring;
    ShutdownSettings shutdown;
};

struct SettingsSources
{
    NamedTexts defaults;  // in place of the built-in ones
    std::optional<std::string> file_text;
    std::string file_name = "herald.toml";
    NamedTexts environment;
    NamedTexts flags;
};

// What this process was given: its environment, and the file that `path`, else HERALD_CONFIG, names; else herald.toml
// of the current folder when there is one. Fails when a file that was named cannot be read. Blocking.
Result<SettingsSources> process_sources(const std::optional<std::string>& path, NamedTexts flags);

// Pure. The Error names every key that is wrong.
Result<Settings> load_settings(const SettingsSources& sources);

// What `herald serve` cannot do without and no default can give: the database, the key ring, the internal secret, and
// who takes the messages.
Result<void> check_complete(const Settings& settings);

// A commented herald.toml of these settings; secrets are masked.
std::string dump_settings(const Settings& settings);
// The same values by their full keys ("http.port"); secrets are masked.
json::object settings_values(const Settings& settings);

}  // namespace herald
