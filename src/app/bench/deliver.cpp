#include <thread>

#include <fmt/format.h>

#include "app/bench/bench.hpp"
#include "app/bench/hand_off.hpp"
#include "app/bench/load_generator.hpp"
#include "app/bench/site.hpp"
#include "app/bench/standby.hpp"
#include "app/node.hpp"
#include "sql/queries.hpp"

namespace herald::bench
{

namespace
{

struct DeliverFigures
{
    double delivered_per_s = 0;
    double delivered_per_s_with_snapshot = 0;
    HandOffTimes handoff;
    HandOffTimes handoff_behind_backlog;
    std::uint64_t backlog = 0;
    double rss_mb = 0;
    std::uint64_t messages = 0;
    std::uint64_t undelivered = 0;
};

constexpr auto kTimeout = seconds(60);
constexpr std::size_t kMailbox = 5000;  // a lone message must not be pushed out before it is looked for
constexpr std::string_view kHoldSnapshot =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM services";

using Time = std::chrono::steady_clock::time_point;

double seconds_since(Time start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
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
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { node.stop(); }

    [[nodiscard]] HandOffTimes measure_hand_off(const Site& site) const
    {
        LoneMessages lone;
        lone.service = site.demo().demo;
        lone.port = node.port();
        lone.reached = [this](NotificationId id) -> std::optional<Instant>
        {
            const auto taken = mailbox->find(id);
            if (!taken) return std::nullopt;
            return taken->received_at;
        };
        return bench::measure_hand_off(lone);
    }

    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(kMailbox);
    Node node;
};

void measure_without_backlog(const Site& site, const BenchOptions& options, DeliverFigures& figures)
{
    const Running running(site);
    const auto port = running.node.port();
    options.progress("lone messages");
    figures.handoff = running.measure_hand_off(site);

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
    figures.handoff_behind_backlog = running.measure_hand_off(site);
    figures.rss_mb = resident_mb();
}

Report report_of(const DeliverFigures& figures)
{
    const auto& lone = figures.handoff;
    const auto& behind = figures.handoff_behind_backlog;
    return {"deliver",
            {{"delivered_per_s", figures.delivered_per_s, "messages a second through their whole life"},
             {"delivered_per_s_with_snapshot", figures.delivered_per_s_with_snapshot,
              "the same with an idle transaction's snapshot held open"},
             {"handoff_p50_ms", lone.p50_ms, "ms from a lone message's 201 to the provider, p50"},
             {"handoff_p95_ms", lone.p95_ms, "ms, p95"},
             {"handoff_p99_ms", lone.p99_ms, "ms, p99"},
             {"handoff_p95_ms_behind_backlog", behind.p95_ms, "ms behind another service's backlog, p95"},
             {"handoff_p99_ms_behind_backlog", behind.p99_ms, "ms, p99"},
             {"backlog", figures.backlog, "messages in the backlog"},
             {"rss_mb", figures.rss_mb, "MB of resident memory, at most"},
             {"messages", figures.messages, "messages measured"},
             {"undelivered", figures.undelivered, "of them not delivered: anything but 0 is a fault"}}};
}

}  // namespace

Result<Report> run_deliver_bench(const BenchOptions& options)
{
    return with_site(options,
                     [&](const Site& site)
                     {
                         DeliverFigures figures;
                         measure_without_backlog(site, options, figures);
                         measure_behind_backlog(site, options, figures);
                         return report_of(figures);
                     });
}

Result<Report> run_deliver_standby_bench(const BenchOptions& options)
{
    return with_site(options,
                     [&](const Site& site)
                     {
                         const Running running(site);
                         const auto rate = [&]
                         {
                             return measure_throughput(site, running.node.port(), options).per_second;
                         };
                         return measure_standby(site, options, "deliver", rate);
                     });
}

}  // namespace herald::bench
