#include "app/bench/site.hpp"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "app/options.hpp"
#include "app/prepare_database.hpp"
#include "base/jwt.hpp"
#include "operations/manage_api_keys.hpp"
#include "operations/manage_services.hpp"
#include "operations/manage_templates.hpp"
#include "operations/notification_contents.hpp"
#include "operations/notification_writer.hpp"
#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"

namespace herald::bench
{

namespace
{

constexpr auto kTimeout = seconds(60);
constexpr auto kLongestFill = std::chrono::minutes(5);
constexpr int kBacklogWriters = 512;
constexpr std::size_t kDifferentRequests = 500;
constexpr auto kSignEvery = seconds(5);
constexpr std::string_view kSimulatedNumber = "+12028675000";
constexpr std::string_view kSimulatedAddress = "simulate-delivered@notifications.service.gov.uk";

template <class T>
T must(Result<T> result)
{
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

std::string http_post(std::string_view path, std::string_view token, std::string_view body)
{
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        path, token, body.size(), body);
}

// A message as acceptance would write it.
NewNotification queued_message(const Site& site, const DemoService& service, Instant now, const TimeZone& zone)
{
    NewNotification row;
    row.id = NotificationId{make_uuid_v7(now)};
    row.service_id = service.service_id;
    row.template_id = service.templates.sms;
    row.template_version = 1;
    row.channel = Channel::sms;
    row.billable_units = 1;
    row.created_at = now;
    row.local_date = zone.date_of(now);
    row.purge_on = add_days(row.local_date, 8);
    row.message_limit = 1'000'000'000'000;
    const NotificationContents contents{"+12025550123", "+12025550123", R"({"name": "Ada"})", "", "", ""};
    row.sealed = seal_contents(site.keys(), row.id, contents);
    return row;
}

Task<> write_backlog(const Site& site, NotificationWriter& writer, const TimeZone& zone, std::size_t& left)
{
    const SystemClock clock;
    while (left > 0)
    {
        --left;
        auto row = queued_message(site, site.demo().other, clock.now(), zone);
        co_await writer.write(std::move(row), deadline_in(kTimeout));
    }
}

Task<DemoService> add_service(ManageContext context, std::size_t number)
{
    NewService wanted;
    wanted.name = fmt::format("Bench tenant {}", number);
    wanted.restricted = false;
    const auto row = must(co_await create_service(context, wanted));
    DemoService made;
    made.service_id = row.service.id;
    made.name = wanted.name;
    NewTemplate sms;
    sms.name = "Text";
    sms.content = "Hello ((name))";
    made.templates.sms = must(co_await create_template(context, made.service_id, sms)).facts.id;
    NewTemplate email = sms;
    email.type = Channel::email;
    email.subject = "Hello";
    made.templates.email = must(co_await create_template(context, made.service_id, email)).facts.id;
    made.keys.normal = must(co_await create_api_key(context, made.service_id, "bench", KeyType::normal)).text;
    co_return made;
}

}  // namespace

OwnFolder::OwnFolder(std::filesystem::path path) : path_(std::move(path))
{
    std::error_code failure;
    if (std::filesystem::create_directory(path_, failure)) return;
    throw std::runtime_error(
        failure ? fmt::format("the folder {} cannot be made: {}", path_.string(), failure.message())
                : fmt::format("{} is there already, and the folder of a run is removed after it: name another one",
                              path_.string()));
}

OwnFolder::~OwnFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Site::Site(std::filesystem::path directory) : folder_(std::move(directory)), keys_(KeyRing::generate())
{
    pg::ClusterOptions options;
    options.directory = folder_.path();
    cluster_ = must(pg::Cluster::start(std::move(options)));
    must(cluster_->database("herald"));
    settings_.database.url = cluster_->database_url("herald");
    settings_.security.keys = keys_.to_text();
    settings_.security.internal_secret = base64url_encode(random_bytes(24));
    settings_.http.port = 0;
    settings_.providers.email = settings_.providers.sms = {"capture"};
    must(prepare_database(settings_));
    with_database(1,
                  [this](pg::Database& database) -> Task<>
                  {
                      demo_ = co_await seed_demo(database, keys_, SystemClock().now(), deadline_in(kTimeout));
                      // The limits stay switched on; they are only set where the run does not reach them.
                      co_await database.execute(sql::bench_raise_limits, pg::Params(), deadline_in(kTimeout));
                  });
}

Site::~Site()
{
    cluster_->stop();
}

void Site::with_database(int connections, const std::function<Task<>(pg::Database&)>& work) const
{
    run_task<>(
        [&]() -> Task<>
        {
            pg::Database database(co_await asio::this_coro::executor,
                                  database_options(settings_, "bench", connections));
            co_await database.connect(deadline_in(kTimeout));
            co_await work(database);
            database.close();
        });
}

Result<Report> with_site(const BenchOptions& options, const std::function<Report(const Site&)>& measure)
{
    try
    {
        options.progress("a database in " + options.directory.string());
        const Site site(options.directory);
        return measure(site);
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable, failure.what());
    }
}

std::string live_token(const DemoService& service)
{
    // A key ends in its secret, a UUID.
    const std::string_view key = service.keys.normal;
    return sign_token(service.service_id.to_string(), key.substr(key.size() - 36), SystemClock().now());
}

RequestMaker::RequestMaker(const DemoService& service, Recipients recipients, bool emails_only)
    : service_(service), recipients_(recipients), emails_only_(emails_only)
{
}

std::string_view RequestMaker::next()
{
    if (std::chrono::steady_clock::now() >= sign_again_) sign();
    next_ = (next_ + 1) % requests_.size();
    return requests_[next_];
}

void RequestMaker::sign()
{
    const auto token = live_token(service_);
    const bool real = recipients_ == Recipients::real;
    requests_.clear();
    for (std::size_t i = 0; i < kDifferentRequests; ++i)
    {
        const auto number = real ? fmt::format("+1202555{:04}", i) : std::string(kSimulatedNumber);
        const auto address = real ? fmt::format("person{}@example.gov", i) : std::string(kSimulatedAddress);
        const auto values =
            fmt::format(R"("personalisation": {{"name": "Person {}"}}, "reference": "bench-{}"}})", i, i);
        if (!emails_only_)
            requests_.push_back(http_post("/v2/notifications/sms", token,
                                          fmt::format(R"({{"phone_number": "{}", "template_id": "{}", {})", number,
                                                      service_.templates.sms.to_string(), values)));
        requests_.push_back(http_post("/v2/notifications/email", token,
                                      fmt::format(R"({{"email_address": "{}", "template_id": "{}", {})", address,
                                                  service_.templates.email.to_string(), values)));
    }
    sign_again_ = deadline_in(kSignEvery);
}

std::vector<DemoService> add_services(const Site& site, std::size_t count)
{
    std::vector<DemoService> services;
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           const ManageContext context{database, site.keys(), "US", SystemClock().now(),
                                                       deadline_in(kTimeout)};
                           for (std::size_t i = 1; i <= count; ++i)
                               services.push_back(co_await add_service(context, i));
                           co_await database.execute(sql::bench_raise_limits, pg::Params(), deadline_in(kTimeout));
                       });
    return services;
}

std::int64_t ask(const Site& site, pg::Statement statement, ServiceId service)
{
    std::int64_t answer = 0;
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           const auto rows =
                               co_await database.execute(statement, pg::Params::of(service), deadline_in(kTimeout));
                           answer = rows.get<std::int64_t>(0, 0);
                       });
    return answer;
}

std::vector<NotificationId> list(const Site& site, pg::Statement statement, ServiceId service)
{
    std::vector<NotificationId> ids;
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           const auto rows =
                               co_await database.execute(statement, pg::Params::of(service), deadline_in(kTimeout));
                           for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(rows.get<NotificationId>(i, 0));
                       });
    return ids;
}

void fill_backlog(const Site& site, std::size_t count)
{
    site.with_database(2,
                       [&](pg::Database& database) -> Task<>
                       {
                           const auto executor = co_await asio::this_coro::executor;
                           const TimeZone zone(site.settings().time_zone);
                           TaskScope scope(executor);
                           NotificationWriter writer(database, scope, executor, {}, [](Lane, ServiceId) {});
                           std::size_t left = count;
                           TaskScope writers(executor);
                           for (int i = 0; i < kBacklogWriters; ++i)
                               writers.spawn("bench_backlog", write_backlog(site, writer, zone, left));
                           writers.close();
                           co_await writers.join(deadline_in(kLongestFill));
                           scope.close();
                           co_await scope.join(deadline_in(kTimeout));
                       });
}

double resident_mb()
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word)
    {
        double kilobytes = 0;
        if (word == "VmHWM:" && status >> kilobytes) return kilobytes / 1024;
    }
    return 0;
}

}  // namespace herald::bench
