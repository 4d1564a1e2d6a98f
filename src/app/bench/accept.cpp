#include "app/bench/accept.hpp"
#include "app/bench/bench.hpp"
#include "app/bench/load_generator.hpp"
#include "app/bench/site.hpp"
#include "app/bench/standby.hpp"
#include "app/node.hpp"
#include "app/options.hpp"
#include "http/server/server.hpp"
#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"

namespace herald::bench
{

namespace
{

struct AcceptFigures
{
    double accepted_per_s = 0;
    double ceiling_rows_per_s = 0;
    double http_ceiling_per_s = 0;
    double without_database_per_s = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    double rss_mb = 0;
    std::uint64_t refused = 0;
};

constexpr std::size_t kBareBatch = 256;
constexpr int kBareWriters = 2;
constexpr auto kTimeout = seconds(60);

// The same server and an answer of the usual size, without anything behind it.
class EchoRole final : public Role
{
public:
    explicit EchoRole(const Settings& settings)
        : Role("echo"), server_(loop().executor(), server_options(settings), &EchoRole::answer, clock_)
    {
    }
    ~EchoRole() override { halt(); }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    static Task<http::Response> answer(http::Request& request)
    {
        http::Response response(201, std::move(request.body), std::string(http::kJsonType));
        co_return response;
    }
    Task<> open() override { co_return; }
    Task<> run(StopToken stop) override { co_await server_.run(std::move(stop)); }

    const SystemClock clock_;
    http::Server server_;
};

LoadReport load(std::uint16_t port, const Site& site, Recipients recipients, const BenchOptions& options)
{
    RequestMaker requests(site.demo().demo, recipients);
    LoadOptions load;
    load.port = port;
    load.connections = options.connections;
    load.duration = seconds(options.seconds);
    load.next_request = [&requests]
    {
        return requests.next();
    };
    return generate_load(load);
}

double echoed_per_second(const Site& site, const BenchOptions& options)
{
    EchoRole echo(site.settings());
    if (auto started = echo.start(seconds(10)); !started) throw std::runtime_error(started.error().message);
    return load(echo.port(), site, Recipients::real, options).per_second();
}

Task<> insert_bare(pg::Database& database, const Site& site, Deadline until, std::uint64_t& rows)
{
    const auto& demo = site.demo().demo;
    const SystemClock clock;
    const TimeZone zone(site.settings().time_zone);
    const pg::Bytes sealed{site.keys().seal(std::string(160, 'x'), "bench")};
    while (std::chrono::steady_clock::now() < until)
    {
        const Instant now = clock.now();
        const LocalDate today = zone.date_of(now);
        std::vector<Uuid> ids(kBareBatch);
        for (auto& id : ids) id = make_uuid_v7(now);
        auto params = pg::Params::of(ids, demo.service_id, demo.templates.sms, now, today, add_days(today, 8), sealed);
        co_await database.execute(sql::bench_insert_bare, std::move(params), deadline_in(kTimeout));
        rows += kBareBatch;
    }
}

double bare_rows_per_second(const Site& site, const BenchOptions& options)
{
    std::uint64_t rows = 0;
    site.with_database(kBareWriters,
                       [&](pg::Database& database) -> Task<>
                       {
                           TaskScope scope(co_await asio::this_coro::executor);
                           const Deadline until = deadline_in(seconds(options.seconds));
                           for (int i = 0; i < kBareWriters; ++i)
                               scope.spawn("bench_insert_bare", insert_bare(database, site, until, rows));
                           scope.close();
                           co_await scope.join(until + kTimeout);
                       });
    return static_cast<double>(rows) / options.seconds;
}

std::uint64_t refused_of(const LoadReport& report)
{
    std::uint64_t all = 0;
    for (const auto& [status, answers] : report.statuses) all += answers;
    return all - report.succeeded();
}

AcceptFigures measure(const Site& site, const BenchOptions& options)
{
    AcceptFigures figures;
    options.progress("HTTP alone");
    figures.http_ceiling_per_s = echoed_per_second(site, options);
    {
        Node node(site.settings(), site.keys(), RoleSet{.api = true}, nullptr);
        if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);
        options.progress("everything but the database call");
        figures.without_database_per_s = load(node.port(), site, Recipients::simulated, options).per_second();
        options.progress("accepting");
        auto report = load(node.port(), site, Recipients::real, options);
        figures.accepted_per_s = report.per_second();
        figures.p50_ms = report.percentile_ms(50);
        figures.p99_ms = report.percentile_ms(99);
        figures.refused = refused_of(report);
        figures.rss_mb = resident_mb();
        node.stop();
    }
    options.progress("bare inserts");
    figures.ceiling_rows_per_s = bare_rows_per_second(site, options);
    return figures;
}

Report report_of(const AcceptFigures& figures)
{
    return {"accept",
            {{"accepted_per_s", figures.accepted_per_s, "requests accepted a second, durable"},
             {"ceiling_rows_per_s", figures.ceiling_rows_per_s, "the same rows a second by bare multi-row inserts"},
             {"http_ceiling_per_s", figures.http_ceiling_per_s, "requests a second answered at once"},
             {"without_database_per_s", figures.without_database_per_s, "everything but the write, a second"},
             {"p50_ms", figures.p50_ms, "ms to be accepted, p50"},
             {"p99_ms", figures.p99_ms, "ms, p99"},
             {"rss_mb", figures.rss_mb, "MB of resident memory, at most"},
             {"refused", figures.refused, "answers that were not 2xx"}}};
}

}  // namespace

double accepted_per_second(const Site& site, std::uint16_t port, const BenchOptions& options)
{
    return load(port, site, Recipients::real, options).per_second();
}

Result<Report> run_accept_bench(const BenchOptions& options)
{
    return with_site(options, [&](const Site& site) { return report_of(measure(site, options)); });
}

Result<Report> run_accept_standby_bench(const BenchOptions& options)
{
    return with_site(options,
                     [&](const Site& site)
                     {
                         Node node(site.settings(), site.keys(), RoleSet{.api = true}, nullptr);
                         if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);
                         const auto rate = [&]
                         {
                             return accepted_per_second(site, node.port(), options);
                         };
                         auto report = measure_standby(site, options, "accept", rate);
                         node.stop();
                         return report;
                     });
}

}  // namespace herald::bench
