#include "base/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "base/clock.hpp"
#include "base/crypto.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kPrefix = "HERALD";
constexpr std::string_view kFileVariable = "HERALD_CONFIG";
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDaySeconds = 86'400;

std::vector<std::string> split_list(const std::string& list)
{
    std::vector<std::string> items;
    boost::algorithm::split(items, list, [](char c) { return c == ','; });
    for (auto& item : items) boost::algorithm::trim(item);
    std::erase(items, "");
    return items;
}

std::string check_url(const std::string& url)
{
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    return web && !url.ends_with('/') ? "" : "a URL that begins with https:// or http:// and does not end with /";
}

std::string check_optional_url(const std::string& url)
{
    return url.empty() ? "" : check_url(url);
}

std::string check_heartbeat_url(const std::string& url)
{
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    return url.empty() || (web && url.contains("{task}"))
               ? ""
               : "a URL that begins with https:// or http:// and has {task} where the name of the task goes";
}

std::string check_zone(const std::string& name)
{
    try
    {
        const TimeZone zone(name);
        return "";
    }
    catch (const std::runtime_error&)
    {
        return "a time zone of the system's tzdata, like Europe/London";
    }
}

std::string check_keys(const std::string& ring)
{
    if (ring.empty()) return "";
    const auto parsed = KeyRing::parse(ring);
    return parsed ? "" : "a key ring as `herald keys generate` makes it (" + parsed.error().message + ")";
}

std::string check_region(const std::string& region)
{
    const auto is_capital = [](char c)
    {
        return c >= 'A' && c <= 'Z';
    };
    return region.size() == 2 && is_capital(region[0]) && is_capital(region[1])
               ? ""
               : "a country code of two capital letters, like US";
}

std::string check_secrets(const std::string& list)
{
    SecuritySettings settings;
    settings.internal_secret = list;
    return !list.empty() && settings.internal_secrets().empty() ? "secrets, separated by commas" : "";
}

std::string check_topics(const std::string& list)
{
    ReceiptSettings settings;
    settings.topics = list;
    const auto topics = settings.topic_list();
    const auto is_arn = [](const std::string& topic)
    {
        return topic.starts_with("arn:");
    };
    return std::ranges::all_of(topics, is_arn) ? "" : "ARNs of SNS topics, separated by commas";
}

std::string check_not_empty(const std::string& text)
{
    return text.empty() ? "a text that is not empty" : "";
}

void describe_edges(ConfigKeys& keys, Settings& settings)
{
    constexpr auto kSecret = ConfigKeys::Secrecy::secret;
    keys.text("public_base_url", settings.public_base_url,
              "Where people reach the admin web app; links in messages begin with it.");
    keys.must(check_url);
    keys.text("time_zone", settings.time_zone, "IANA zone whose days are counted, billed and kept.");
    keys.must(check_zone);

    // It may hold a password.
    keys.text("database.url", settings.database.url, "PostgreSQL: a libpq connection string or a postgresql:// URI.",
              kSecret);
    keys.integer(
        "database.connections", settings.database.connections, 1, 64,
        "Connections of each role of a process (the api has as many again for reading); more than four rarely help.");

    keys.text("http.host", settings.http.host, "Address to listen on.");
    keys.must(check_not_empty);
    keys.integer("http.port", settings.http.port, 0, 65535, "TCP port to listen on; 0 takes a free one.");
    keys.integer("http.max_body_bytes", settings.http.max_body_bytes, 1024, 100'000'000, "Largest request body.");
    keys.integer(
        "http.max_buffered_bytes", settings.http.max_buffered_bytes, 1024, 1'000'000'000'000,
        "Of all request bodies held at once, at least http.max_body_bytes; a large request beyond is answered 503.");
    keys.integer("http.header_timeout_ms", settings.http.header_timeout_ms, 10, kHourMs,
                 "Longest wait for a request's header.");
    keys.integer("http.body_timeout_ms", settings.http.body_timeout_ms, 10, kHourMs,
                 "Longest wait for a request's body.");
    keys.integer("http.request_timeout_ms", settings.http.request_timeout_ms, 10, kHourMs,
                 "Longest time for answering a request.");
    keys.integer("http.max_connections", settings.http.max_connections, 1, 1'000'000,
                 "Connections open at once; more are turned away.");
    keys.boolean("http.trust_proxy_headers", settings.http.trust_proxy_headers,
                 "Whether X-Forwarded-Proto and X-Forwarded-For are believed: only behind a proxy that sets them.");

    keys.text("security.keys", settings.security.keys,
              "Key ring that seals personal data: id:base64 items, the highest id seals.", kSecret);
    keys.must(check_keys);
    keys.text("security.internal_client_id", settings.security.internal_client_id,
              "Issuer of the admin web app's tokens.");
    keys.must(check_not_empty);
    keys.text("security.internal_secret", settings.security.internal_secret,
              "Secrets that sign the admin web app's tokens, separated by commas.", kSecret);
    keys.must(check_secrets);
}

void describe_sending(ConfigKeys& keys, Settings& settings)
{
    keys.boolean("callbacks.allow_http", settings.callbacks.allow_http,
                 "Whether services' callbacks may go to http:// URLs: for development.");
    keys.boolean("callbacks.allow_private_addresses", settings.callbacks.allow_private_addresses,
                 "Whether services' callbacks may go to private, loopback and link-local addresses.");
    keys.integer("callbacks.timeout_ms", settings.callbacks.timeout_ms, 10, kHourMs,
                 "Longest wait for a callback's answer.");
    keys.integer("callbacks.inbound_timeout_ms", settings.callbacks.inbound_timeout_ms, 10, kHourMs,
                 "The same when the callback tells of a text that came in.");
    keys.integer("callbacks.tries", settings.callbacks.tries, 1, 1000, "How often a callback is tried.");
    keys.integer("callbacks.retry_seconds", settings.callbacks.retry_seconds, 1, kDaySeconds,
                 "Pause between the tries of a callback.");
    keys.integer("callbacks.pause_after_seconds", settings.callbacks.pause_after_seconds, 1, kDaySeconds,
                 "How long a service's endpoint has to fail, at each call, until it is only probed.");

    keys.integer("delivery.tries", settings.delivery.tries, 1, 1000,
                 "How often a message is tried before it fails technically.");
    keys.integer("delivery.retry_seconds", settings.delivery.retry_seconds, 1, kDaySeconds,
                 "Pause between the tries of a message.");
    keys.integer("delivery.lease_seconds", settings.delivery.lease_seconds, kShortestLeaseSeconds, kDaySeconds,
                 "How long a worker holds what it claimed; longer than a hand-over and its record may take.");
    keys.integer("delivery.batch", settings.delivery.batch, 1, 10'000, "Most messages claimed at once.");
    keys.integer("delivery.concurrency", settings.delivery.concurrency, 1, 10'000,
                 "Most messages being handed over at once.");
    keys.integer("delivery.uncertain_after_seconds", settings.delivery.uncertain_after_seconds, 1, 7 * kDaySeconds,
                 "How long a hand-over whose worker died waits for a receipt before it is tried again.");
    keys.integer("delivery.look_up_after_seconds", settings.delivery.look_up_after_seconds, 1, 7 * kDaySeconds,
                 "When a provider that sent no receipt is asked what became of a message.");
    keys.integer("delivery.time_out_hours", settings.delivery.time_out_hours, 1, 30 * 24,
                 "How long a message that was handed over is waited for; then it is temporary-failure.");
    keys.boolean("delivery.correct_delivered", settings.delivery.correct_delivered,
                 "Whether a hard bounce that comes after 'delivered' makes an email permanent-failure.");
}

void describe_receipts(ConfigKeys& keys, Settings& settings)
{
    keys.text("receipts.topics", settings.receipts.topics,
              "ARNs of the SNS topics that may tell us of messages, separated by commas; empty: nobody is believed.");
    keys.must(check_topics);
    keys.integer("receipts.max_age_seconds", settings.receipts.max_age_seconds, 3600, 7 * kDaySeconds,
                 "Oldest message of SNS that is taken; SNS tries for an hour.");
    keys.text("receipts.ca_file", settings.receipts.ca_file,
              "PEM file of those who may vouch for SNS's certificates; empty: the system's.");
    keys.integer("receipts.keep_days", settings.receipts.keep_days, 1, 90,
                 "Days for which what providers told is kept, sealed, to be read again: herald receipt replay.");
    keys.boolean("receipts.receive_inbound_sms", settings.receipts.receive_inbound_sms,
                 "Whether text messages to our numbers are taken; false: they are answered and forgotten.");
}

void describe_providers(ConfigKeys& keys, Settings& settings)
{
    keys.choices(
        "providers.email", settings.providers.email, {"ses", "smtp", "capture"},
        "Who takes emails: ses or smtp; or capture, which sends nothing and says delivered. Several share them by "
        "their priorities (`herald provider`). `herald serve` needs one.");
    keys.choices(
        "providers.sms", settings.providers.sms, {"sns", "capture"},
        "Who takes text messages: sns; or capture, which sends nothing and says delivered. Several share them. "
        "`herald serve` needs one.");

    keys.text("capture.script", settings.capture.script,
              "What the capture provider pretends: rules apart by ;, as in \"*@slow.example answer_after_ms=2000\" "
              "(docs/operating.md); empty: all is delivered at once.");

    keys.text("email.domain", settings.email.domain, "Domain of the From address.");
    keys.must(check_not_empty);
    keys.text("email.banner", settings.email.banner,
              "Name of the platform on a black bar above emails of services without a branding; empty: no bar.");
    keys.text(
        "email.unsubscribe_url", settings.email.unsubscribe_url,
        "Where recipients reach this API, as https://api.example.gov: every email then carries a one-click link to "
        "unsubscribe from its service; empty: only links that services give.");
    keys.must(check_optional_url);
    keys.text("smtp.host", settings.smtp.host, "SMTP server that takes our emails.");
    keys.integer("smtp.port", settings.smtp.port, 1, 65535, "Port of the SMTP server.");
    keys.choice("smtp.tls", settings.smtp.tls, {"starttls", "implicit", "none"}, "How the connection is encrypted.");
    keys.text("smtp.username", settings.smtp.username, "Empty: no login.");
    keys.text("smtp.password", settings.smtp.password, "Password of the login.", ConfigKeys::Secrecy::secret);
    keys.integer("smtp.connections", settings.smtp.connections, 1, 256, "Connections open at once to the SMTP server.");
    keys.text("smtp.ca_file", settings.smtp.ca_file,
              "PEM file of those who may vouch for the SMTP server; empty: the system's.");

    keys.text("sms.default_region", settings.sms.default_region, "Country of phone numbers without a country code.");
    keys.must(check_region);
    keys.text("sms.from_number", settings.sms.from_number,
              "Sender of text messages of services without a sender of their own.");
    keys.must(check_not_empty);
}

void describe_jobs(ConfigKeys& keys, Settings& settings)
{
    keys.integer("jobs.lease_seconds", settings.jobs.lease_seconds, 5, 3600,
                 "After which another process goes on with the job of one that died.");
    keys.integer("jobs.concurrency", settings.jobs.concurrency, 1, 64, "Jobs that a process works on at once.");
    keys.integer("jobs.batch_rows", settings.jobs.batch_rows, 10, 10'000,
                 "Rows of a job that become messages in one transaction.");
}

void describe_aws(ConfigKeys& keys, Settings& settings)
{
    constexpr auto kSecret = ConfigKeys::Secrecy::secret;
    constexpr std::int64_t kMaxRate = 100'000;
    keys.text("aws.region", settings.aws.region, "Region of ses, sns and s3, like us-east-1; empty: AWS_REGION's.");
    keys.text("aws.access_key_id", settings.aws.access_key_id,
              "Access key of ses, sns and s3; empty: all three of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
              "AWS_SESSION_TOKEN.");
    keys.text("aws.secret_access_key", settings.aws.secret_access_key, "Secret of the access key.", kSecret);
    keys.text("aws.session_token", settings.aws.session_token, "Token of temporary credentials; empty: none.", kSecret);

    keys.text("ses.endpoint", settings.ses.endpoint,
              "Where SES answers, as https://host; empty: AWS's own of the region. http:// on this machine only.");
    keys.text("ses.configuration_set", settings.ses.configuration_set,
              "Configuration set of our emails, whose events are our receipts; empty: the account's default.");
    keys.integer("ses.connections", settings.ses.connections, 1, 256, "Connections open at once to SES.");
    keys.integer("ses.rate_per_second", settings.ses.rate_per_second, 0, kMaxRate,
                 "Emails a second that this process hands to SES at most; 0: as many as it takes.");

    keys.text("sns.endpoint", settings.sns.endpoint,
              "Where SNS answers, as https://host; empty: AWS's own of the region. http:// on this machine only.");
    keys.integer("sns.connections", settings.sns.connections, 1, 256, "Connections open at once to SNS.");
    keys.integer("sns.rate_per_second", settings.sns.rate_per_second, 0, kMaxRate,
                 "Text messages a second that this process hands to SNS at most; 0: as many as it takes.");
    keys.boolean("sns.receipts", settings.sns.receipts,
                 "Whether delivery receipts of SNS reach us; without them a text message ends as sent.");
}

void describe_scheduler(ConfigKeys& keys, Settings& settings)
{
    // It holds the key of an account.
    keys.text("scheduler.heartbeat_url", settings.scheduler.heartbeat_url,
              "Monitor that is told when scheduled tasks begin and how they end, with {task} for the name of the task; "
              "empty: none.",
              ConfigKeys::Secrecy::secret);
    keys.must(check_heartbeat_url);
    keys.choice("scheduler.heartbeat_shape", settings.scheduler.heartbeat_shape, {"healthchecks", "cronitor"},
                "How that monitor is told: as healthchecks.io (/start, /fail) or as Cronitor (?state=).");
}

void describe_objects(ConfigKeys& keys, Settings& settings)
{
    keys.choice("objects.store", settings.objects.store, {"filesystem", "s3"},
                "Where the files of jobs and lists are: in a folder, or in a bucket of S3.");
    keys.text("objects.folder", settings.objects.folder,
              "Folder of filesystem, one for all processes; empty: in the data folder of `herald dev`.");
    keys.text("objects.bucket", settings.objects.bucket, "Bucket of s3; it has to be there.");
    keys.text("objects.contact_list_bucket", settings.objects.contact_list_bucket,
              "Bucket of contact lists, where the admin web app keeps them apart; empty: objects.bucket.");
    keys.text("objects.endpoint", settings.objects.endpoint,
              "Where S3 answers, as https://host; empty: AWS's own of the region. http:// on this machine only.");
    keys.text("objects.region", settings.objects.region, "Region of the bucket; empty: aws.region's.");
    keys.boolean(
        "objects.path_style", settings.objects.path_style,
        "Whether a bucket is part of the path (https://host/bucket) and not of the host (https://bucket.host).");
}

ConfigKeys describe(Settings& settings)
{
    ConfigKeys keys;
    describe_edges(keys, settings);
    describe_sending(keys, settings);
    describe_receipts(keys, settings);
    describe_providers(keys, settings);
    describe_jobs(keys, settings);
    describe_aws(keys, settings);
    describe_objects(keys, settings);
    keys.choice("log.level", settings.log.level, {"debug", "info", "warning", "error"},
                "Least weight of what is logged.");
    keys.choice("log.format", settings.log.format, {"json", "text"}, "json for machines, text for people.");
    describe_scheduler(keys, settings);
    keys.text("monitoring.host", settings.monitoring.host, "Address of monitoring.port.");
    keys.must(check_not_empty);
    keys.integer("monitoring.port", settings.monitoring.port, 0, 65535,
                 "TCP port of /_status and /metrics alone, whatever the roles; 0: none.");
    keys.integer("shutdown.linger_seconds", settings.shutdown.linger_seconds, 0, 3600,
                 "How long a process that is stopped still takes requests, with /_status not ready, before it drains.");
    keys.integer("shutdown.drain_seconds", settings.shutdown.drain_seconds, 0, 3600,
                 "How long a process that is stopped may take after that to finish its work.");
    return keys;
}

// How a channel's provider is missing, in words that say what to do.
std::string not_chosen(std::string_view key, std::string_view real)
{
    return fmt::format(
        "{} is not set; {}\"capture\" to send nothing: messages are taken, kept by nobody and called delivered", key,
        real);
}

Result<std::string> read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (file.peek() != std::ifstream::traits_type::eof()) content << file.rdbuf();
    if (!file.is_open() || file.bad() || content.fail())
        return fail(ErrorKind::validation, "the configuration file " + path + " cannot be read");
    return std::move(content).str();
}

NamedTexts environment_of_process()
{
    NamedTexts variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
        variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

}  // namespace

std::vector<std::string> SecuritySettings::internal_secrets() const
{
    return split_list(internal_secret);
}

std::vector<std::string> ReceiptSettings::topic_list() const
{
    return split_list(topics);
}

Result<SettingsSources> process_sources(const std::optional<std::string>& path, NamedTexts flags)
{
    SettingsSources sources;
    sources.environment = environment_of_process();
    sources.flags = std::move(flags);
    std::optional<std::string> named = path;
    for (const auto& [name, value] : sources.environment)
        if (!named && name == kFileVariable && !value.empty()) named = value;

    if (named) sources.file_name = *named;
    if (!named && access(sources.file_name.c_str(), F_OK) != 0) return sources;
    auto text = read_file(sources.file_name);
    if (!text) return Failure(std::move(text.error()));
    sources.file_text = std::move(*text);
    return sources;
}

Result<Settings> load_settings(const SettingsSources& sources)
{
    Settings settings;
    ConfigKeys keys = describe(settings);
    keys.read_flags(sources.defaults);
    if (sources.file_text) keys.read_toml(*sources.file_text, sources.file_name);
    constexpr std::array kNotKeys = {kFileVariable};
    keys.read_environment(sources.environment, kPrefix, kNotKeys);
    keys.read_flags(sources.flags);
    if (auto result = keys.result(); !result) return Failure(std::move(result.error()));
    return settings;
}

Result<void> check_complete(const Settings& settings)
{
    std::vector<std::string> missing;
    if (settings.database.url.empty()) missing.emplace_back("database.url is not set");
    if (settings.security.keys.empty())
        missing.emplace_back("security.keys is not set; `herald keys generate` makes one");
    if (settings.security.internal_secret.empty()) missing.emplace_back("security.internal_secret is not set");
    if (settings.providers.email.empty())
        missing.push_back(not_chosen("providers.email", "set it to \"ses\" or \"smtp\" to send emails, or to "));
    if (settings.providers.sms.empty())
        missing.push_back(not_chosen("providers.sms", "set it to \"sns\" to send text messages, or to "));
    if (std::ranges::find(settings.providers.email, "smtp") != settings.providers.email.end() &&
        settings.smtp.host.empty())
        missing.emplace_back("smtp.host is not set, and providers.email names smtp");
    if (settings.objects.store == "s3" && settings.objects.bucket.empty())
        missing.emplace_back("objects.bucket is not set, and objects.store is s3");
    if (missing.empty()) return {};
    Error error(ErrorKind::validation, missing.front());
    error.more.assign(missing.begin() + 1, missing.end());
    return Failure(std::move(error));
}

std::string dump_settings(const Settings& settings)
{
    Settings copy = settings;
    return describe(copy).dump();
}

json::object settings_values(const Settings& settings)
{
    Settings copy = settings;
    return describe(copy).values();
}

}  // namespace herald
