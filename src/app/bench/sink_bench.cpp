#include <thread>

#include <prometheus/counter.h>

#include "app/bench/bench.hpp"
#include "app/bench/hand_off.hpp"
#include "app/bench/load_generator.hpp"
#include "app/bench/ses_sink.hpp"
#include "app/bench/site.hpp"
#include "app/bench/smtp_sink.hpp"
#include "app/node.hpp"
#include "base/metrics.hpp"
#include "sql/queries.hpp"

namespace herald::bench
{

namespace
{

using Time = std::chrono::steady_clock::time_point;

constexpr auto kTimeout = seconds(60);
constexpr auto kLongestDrain = std::chrono::minutes(5);
constexpr auto kLook = milliseconds(20);
constexpr std::uint64_t kSeed = 20'261'124;
constexpr int kConnections = 32;  // a slow answer holds one of them for kSlowAnswer
constexpr std::string_view kIdInAnswer = R"("id":")";
constexpr std::size_t kIdSize = 36;

std::unique_ptr<Sink> start_sink(Through through, SinkLedger& ledger)
{
    std::unique_ptr<Sink> sink;
    if (through == Through::smtp) sink = std::make_unique<SmtpSink>(ledger);
    if (through == Through::ses) sink = std::make_unique<SesSink>(ledger);
    if (auto started = sink->start(seconds(10)); !started) throw std::runtime_error(started.error().message);
    return sink;
}

// A second try comes after a second instead of five minutes, so that a run ends.
Settings settings_for(const Site& site, Through through, std::uint16_t port)
{
    Settings settings = site.settings();
    settings.delivery.retry_seconds = 1;
    settings.delivery.uncertain_after_seconds = 1;
    if (through == Through::smtp)
    {
        settings.providers.email = {"smtp"};
        settings.smtp.host = "127.0.0.1";
        settings.smtp.port = port;
        settings.smtp.tls = "none";
        settings.smtp.connections = kConnections;
        return settings;
    }
    settings.providers.email = {"ses"};
    settings.aws.region = "us-west-2";
    settings.aws.access_key_id = "bench";
    settings.aws.secret_access_key = "bench";
    settings.ses.endpoint = "http://127.0.0.1:" + std::to_string(port);
    settings.ses.connections = kConnections;
    return settings;
}

// herald_delivery_repeated_total of this process: messages offered again after an attempt whose end nobody could tell.
double repeated()
{
    return metrics::counter("herald_delivery_repeated_total",
                            "Messages offered again after an attempt that nobody could tell the end of: the most "
                            "that can have arrived twice")
        .Value();
}

struct Queued
{
    std::int64_t at_work = 0;
    std::int64_t waiting = 0;
};

Queued count_queued(const Site& site)
{
    Queued queued;
    site.with_database(1,
                       [&](pg::Database& database) -> Task<>
                       {
                           auto params = pg::Params::of(site.demo().demo.service_id);
                           const auto rows = co_await database.execute(sql::bench_count_queued, std::move(params),
                                                                       deadline_in(kTimeout));
                           queued = {rows.get<std::int64_t>(0, 0), rows.get<std::int64_t>(0, 1)};
                       });
    return queued;
}

// Until `is_done`, and no longer than kLongestDrain.
template <class Done>
void wait_until(const Site& site, Done is_done)
{
    const Time until = std::chrono::steady_clock::now() + kLongestDrain;
    while (!is_done(count_queued(site)))
    {
        if (std::chrono::steady_clock::now() > until) return;
        std::this_thread::sleep_for(kLook);
    }
}

std::optional<NotificationId> id_of(std::string_view answer)
{
    const auto at = answer.find(kIdInAnswer);
    if (at == std::string_view::npos) return std::nullopt;
    return NotificationId::parse(answer.substr(at + kIdInAnswer.size(), kIdSize));
}

struct SinkFigures
{
    HandOffTimes handoff;
    double taken_per_s = 0;
    SinkLedger::Counts counts;
    std::uint64_t messages = 0;
    std::uint64_t repeated = 0;
    std::uint64_t given_up = 0;
    std::uint64_t lost = 0;
    std::uint64_t unfinished = 0;
};

// Emails over HTTP, as many as are accepted; the clock stops when all but those that wait for another try are handed
// over.
void measure_taking(const Site& site, std::uint16_t port, const BenchOptions& options, const SinkLedger& ledger,
                    std::vector<NotificationId>& accepted, SinkFigures& figures)
{
    RequestMaker requests(site.demo().demo, Recipients::real, true);
    LoadOptions load;
    load.port = port;
    load.connections = options.connections;
    load.warm_up = milliseconds(0);
    load.duration = seconds(options.seconds);
    load.next_request = [&requests]
    {
        return requests.next();
    };
    load.on_success = [&accepted](std::string_view answer)
    {
        const auto id = id_of(answer);
        if (!id) throw std::runtime_error("a 201 has no id");
        accepted.push_back(*id);
    };
    const auto before = ledger.counts().taken;
    const Time start = std::chrono::steady_clock::now();
    generate_load(load);
    wait_until(site, [](const Queued& queued) { return queued.at_work == 0; });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    figures.taken_per_s = static_cast<double>(ledger.counts().taken - before) / took.count();
}

void settle(const Site& site, const SinkLedger& ledger, const std::vector<NotificationId>& accepted,
            SinkFigures& figures)
{
    wait_until(site, [](const Queued& queued) { return queued.at_work + queued.waiting == 0; });
    const auto left = count_queued(site);
    const auto given_up = list(site, sql::bench_list_given_up, site.demo().demo.service_id);
    figures.unfinished = static_cast<std::uint64_t>(left.at_work + left.waiting);
    figures.counts = ledger.counts();
    figures.messages = accepted.size();
    figures.given_up = given_up.size();
    figures.lost = ledger.count_lost(accepted, given_up);
}

Report report_of(const SinkFigures& figures)
{
    const auto& lone = figures.handoff;
    const auto& counts = figures.counts;
    return {"deliver",
            {{"taken_per_s", figures.taken_per_s, "emails a second accepted over HTTP and taken by the provider"},
             {"handoff_p50_ms", lone.p50_ms, "ms from a lone email's 201 until it was offered to the provider, p50"},
             {"handoff_p95_ms", lone.p95_ms, "ms, p95"},
             {"handoff_p99_ms", lone.p99_ms, "ms, p99"},
             {"messages", figures.messages, "emails accepted"},
             {"taken", counts.taken, "of them taken by the provider"},
             {"given_up", figures.given_up, "ended in a final failure"},
             {"lost", figures.lost, "neither: anything but 0 is a fault"},
             {"unfinished", figures.unfinished, "still under way at the end: anything but 0 is a fault"},
             {"duplicates", counts.duplicates, "taken more than once; never more than the next"},
             {"repeated", figures.repeated, "offered again after an attempt whose end nobody could tell"},
             {"offers", counts.offers, "offers that the provider read"},
             {"throttled", counts.throttled, "answered: later (451; 429)"},
             {"failed", counts.failed, "answered: an error (554; 500)"},
             {"slow", counts.slow, "taken after 200 ms"},
             {"cut", counts.cut, "taken, and the connection cut instead of an answer"},
             {"rss_mb", resident_mb(), "MB of resident memory, at most"}}};
}

SinkFigures measure(const Site& site, const BenchOptions& options)
{
    SinkFigures figures;
    SinkLedger ledger(options.errors ? ErrorMix::usual() : ErrorMix(), kSeed);
    const auto sink = start_sink(options.through, ledger);
    const auto settings = settings_for(site, options.through, sink->port());
    const double repeated_before = repeated();
    Node node(settings, site.keys(), RoleSet::all(), nullptr);
    if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);

    options.progress("lone emails");
    LoneMessages lone;
    lone.service = site.demo().demo;
    lone.port = node.port();
    lone.channel = Channel::email;
    lone.reached = [&ledger](NotificationId id)
    {
        return ledger.first_offered(id);
    };
    figures.handoff = measure_hand_off(lone);
    auto accepted = figures.handoff.accepted;
    options.progress("as many emails as are accepted");
    measure_taking(site, node.port(), options, ledger, accepted, figures);
    options.progress("the tries that are left");
    settle(site, ledger, accepted, figures);
    figures.repeated = static_cast<std::uint64_t>(repeated() - repeated_before);
    node.stop();
    return figures;
}

}  // namespace

Result<Report> run_sink_bench(const BenchOptions& options)
{
    return with_site(options, [&](const Site& site) { return report_of(measure(site, options)); });
}

}  // namespace herald::bench
