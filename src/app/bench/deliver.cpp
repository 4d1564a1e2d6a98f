#include <thread>

#include "app/bench/bench.hpp"
#include "app/bench/load_generator.hpp"
#include "app/bench/site.hpp"
#include "app/node.hpp"
#include "app/options.hpp"
#include "base/json.hpp"
#include "operations/notification_contents.hpp"
#include "operations/notification_writer.hpp"
#include "runtime/http_client.hpp"
#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"

namespace herald::bench
{

namespace
{

constexpr auto kTimeout = seconds(60);
constexpr auto kLongestDrain = std::chrono::minutes(5);
constexpr std::size_t kMailbox = 5000;  // a lone message must not be pushed out before it is looked for
constexpr int kLoneMessages = 300;
constexpr auto kLonePause = milliseconds(20);
constexpr int kBacklogWriters = 512;
constexpr std::string_view kHoldSnapshot =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM services";

using Time = std::chrono::steady_clock::time_point;

double seconds_since(Time start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
                           co_await writers.join(deadline_in(kLongestDrain));
                           scope.close();
                           co_await scope.join(deadline_in(kTimeout));
                       });
}

// One message alone: sends it and gives the milliseconds from its 201 to the provider.
Task<double> send_lone(HttpClient& client, const Mailbox& mailbox, const DemoService& service, std::uint16_t port)
{
    const std::string url = fmt::format("http://127.0.0.1:{}/v2/notifications/sms", port);
    const auto token = live_token(service);
    HttpHeaders headers{{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
    HttpRequest request(
        "POST", url, std::move(headers),
        fmt::format(R"({{"phone_number": "+12025550199", "template_id": "{}", "personalisation": {{"name": "Ada"}}}})",
                    service.templates.sms.to_string()));
    HttpOptions options(deadline_in(kTimeout));
    options.allow_private_addresses = true;
    const auto answer = co_await client.send(std::move(request), options);
    const Instant answered = SystemClock().now();
    if (answer.status != 201) throw std::runtime_error(fmt::format("a lone message was answered {}", answer.status));
    const auto body = parse_json(answer.body);
    const auto id = NotificationId::parse(std::string_view(body->at("id").as_string()));
    const Deadline until = deadline_in(kTimeout);
    while (std::chrono::steady_clock::now() < until)
    {
        if (const auto taken = mailbox.find(*id))
            co_return std::max(0.0, std::chrono::duration<double, std::milli>(taken->received_at - answered).count());
        co_await sleep_for(milliseconds(1));
    }
    throw std::runtime_error("a lone message did not reach the provider within a minute");
}

std::vector<double> measure_hand_off(const Mailbox& mailbox, const DemoService& service, std::uint16_t port)
{
    std::vector<double> milliseconds_to_provider;
    run_task<>(
        [&]() -> Task<>
        {
            HttpClient client(co_await asio::this_coro::executor);
            for (int i = 0; i < kLoneMessages; ++i)
            {
                milliseconds_to_provider.push_back(co_await send_lone(client, mailbox, service, port));
                co_await sleep_for(kLonePause);
            }
        });
    return milliseconds_to_provider;
}

struct Throughput
{
    double per_second = 0;
    std::uint64_t messages = 0;
    std::uint64_t undelivered = 0;
};

// Load over HTTP while everything else of a message's life goes on; the clock stops when the last one is delivered.
Throughput measure_throughput(const Site& site, std::uint16_t port, const BenchOptions& options)
{
    const auto& service = site.demo().demo;
    const std::int64_t before = ask(site, sql::bench_count_delivered, service.service_id);
    RequestMaker requests(service, Recipients::real);
    LoadOptions load;
    load.port = port;
    load.connections = options.connections;
    load.warm_up = milliseconds(0);
    load.duration = seconds(options.seconds);
    load.next_request = [&requests]
    {
        return requests.next();
    };
    const Time start = std::chrono::steady_clock::now();
    const auto report = generate_load(load);
    while (ask(site, sql::bench_count_unfinished, service.service_id) > 0 && seconds_since(start) < 300)
        std::this_thread::sleep_for(milliseconds(20));
    const double took = seconds_since(start);
    Throughput result;
    result.messages = report.succeeded() + report.unmeasured;
    const auto delivered =
        static_cast<std::uint64_t>(ask(site, sql::bench_count_delivered, service.service_id) - before);
    result.undelivered = result.messages - delivered;
    result.per_second = static_cast<double>(delivered) / took;
    return result;
}

// The same while a transaction that does nothing keeps every dead row from being cleaned up.
Throughput measure_beside_snapshot(const Site& site, std::uint16_t port, const BenchOptions& options)
{
    Throughput held;
    site.with_database(2,
                       [&](pg::Database& database) -> Task<>
                       {
                           auto idle = co_await database.begin(deadline_in(kTimeout));
                           co_await idle.run_script(std::string(kHoldSnapshot), deadline_in(kTimeout));
                           held = measure_throughput(site, port, options);
                           co_await idle.rollback(deadline_in(kTimeout));
                       });
    return held;
}

// A running process, and what its providers have taken.
struct Running
{
    explicit Running(const Site& site) : node(site.settings(), site.keys(), RoleSet::all(), mailbox)
    {
        if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);
    }
    ~Running() { node.stop(); }

    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(kMailbox);
    Node node;
};

void measure_without_backlog(const Site& site, const BenchOptions& options, DeliverFigures& figures)
{
    const Running running(site);
    const auto port = running.node.port();
    options.progress("lone messages");
    auto lone = measure_hand_off(*running.mailbox, site.demo().demo, port);
    figures.handoff_p50_ms = percentile(lone, 50);
    figures.handoff_p95_ms = percentile(lone, 95);
    figures.handoff_p99_ms = percentile(lone, 99);

    options.progress("the whole life of a message");
    const auto plain = measure_throughput(site, port, options);
    options.progress("the same with an idle snapshot held open");
    const auto held = measure_beside_snapshot(site, port, options);
    figures.delivered_per_s = plain.per_second;
    figures.delivered_per_s_with_snapshot = held.per_second;
    figures.messages = plain.messages + held.messages;
    figures.undelivered = plain.undelivered + held.undelivered;
}

// The backlog is queued while nobody works, so that it is whole when the measurement begins.
void measure_behind_backlog(const Site& site, const BenchOptions& options, DeliverFigures& figures)
{
    options.progress(fmt::format("a backlog of {} messages of another service", options.backlog));
    fill_backlog(site, options.backlog);
    figures.backlog = static_cast<std::uint64_t>(ask(site, sql::bench_count_unfinished, site.demo().other.service_id));
    options.progress("lone messages beside it");
    const Running running(site);
    auto beside = measure_hand_off(*running.mailbox, site.demo().demo, running.node.port());
    figures.handoff_p95_ms_behind_backlog = percentile(beside, 95);
    figures.handoff_p99_ms_behind_backlog = percentile(beside, 99);
    figures.rss_mb = resident_mb();
}

DeliverFigures measure(const Site& site, const BenchOptions& options)
{
    DeliverFigures figures;
    measure_without_backlog(site, options, figures);
    measure_behind_backlog(site, options, figures);
    return figures;
}

}  // namespace

Result<DeliverFigures> run_deliver_bench(const BenchOptions& options)
{
    try
    {
        options.progress("a database in " + options.directory.string());
        const Site site(options.directory);
        return measure(site, options);
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable, failure.what());
    }
}

std::string to_json(const DeliverFigures& figures)
{
    const json::object deliver{
        {"delivered_per_s", figures.delivered_per_s},
        {"delivered_per_s_with_snapshot", figures.delivered_per_s_with_snapshot},
        {"handoff_p50_ms", figures.handoff_p50_ms},
        {"handoff_p95_ms", figures.handoff_p95_ms},
        {"handoff_p99_ms", figures.handoff_p99_ms},
        {"handoff_p95_ms_behind_backlog", figures.handoff_p95_ms_behind_backlog},
        {"handoff_p99_ms_behind_backlog", figures.handoff_p99_ms_behind_backlog},
        {"backlog", figures.backlog},
        {"rss_mb", figures.rss_mb},
        {"messages", figures.messages},
        {"undelivered", figures.undelivered},
    };
    json::object answer = deliver;  // at the top for a command of its own, under its name for a file of several
    answer["deliver"] = deliver;
    return to_wire(answer);
}

}  // namespace herald::bench
