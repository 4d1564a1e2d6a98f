#include "app/bench/bench.hpp"
#include "app/bench/load_generator.hpp"
#include "app/bench/site.hpp"
#include "app/node.hpp"

namespace herald::bench
{

namespace
{

struct OverloadFigures
{
    double peak_per_s = 0;
    double offered_per_s = 0;
    double goodput_per_s = 0;
    double goodput_to_peak = 0;
    double ceiling_per_s = 0;
    double goodput_to_ceiling = 0;
    double accepted_p99_ms = 0;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    double refused_p50_ms = 0;
    double refused_p99_ms = 0;
    double others_p99_ms = 0;
    double others_p99_ms_beside_greedy = 0;
    double others_p99_rise = 0;
    std::uint64_t others_refused = 0;
};

// Everybody's share, as a part of the peak: together they leave the server room. With ten times the share of one it is
// asked for nearly all it can do, and asking takes its part of the same machine.
constexpr std::size_t kOthers = 7;
constexpr double kSharePart = 0.075;
constexpr double kGreed = 10;

LoadOptions paced(std::uint16_t port, RequestMaker& requests, double per_second, std::size_t connections,
                  const BenchOptions& options)
{
    LoadOptions load;
    load.port = port;
    load.connections = connections;
    load.requests_per_s = per_second;
    load.duration = seconds(options.seconds);
    load.next_request = [&requests]
    {
        return requests.next();
    };
    return load;
}

double answered_per_second(const LoadReport& report)
{
    std::uint64_t all = 0;
    for (const auto& [status, answers] : report.statuses) all += answers;
    return report.seconds > 0 ? static_cast<double>(all) / report.seconds : 0;
}

// The same machine asks and answers. What it could accept while as many requests again as the peak cost no more than a
// connection's work, a bare 404: nobody can refuse at a lower price.
double measure_ceiling(const Site& site, std::uint16_t port, const BenchOptions& options, double peak_per_s)
{
    RequestMaker requests(site.demo().demo, Recipients::real);
    auto bare = paced(port, requests, peak_per_s, options.overload_connections, options);
    bare.next_request = []
    {
        return std::string_view("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    };
    const std::vector<LoadOptions> loads{paced(port, requests, 0, 2 * options.connections, options), std::move(bare)};
    return generate_loads(loads).front().per_second();
}

void measure_at_twice_the_peak(const Site& site, std::uint16_t port, const BenchOptions& options,
                               OverloadFigures& figures)
{
    RequestMaker requests(site.demo().demo, Recipients::real);
    auto report = generate_load(paced(port, requests, 2 * figures.peak_per_s, options.overload_connections, options));
    figures.offered_per_s = answered_per_second(report);
    figures.goodput_per_s = report.per_second();
    figures.goodput_to_peak = figures.goodput_per_s / figures.peak_per_s;
    figures.goodput_to_ceiling = figures.goodput_per_s / figures.ceiling_per_s;
    figures.accepted_p99_ms = report.percentile_ms(99);
    figures.refused = report.refused();
    figures.failed = report.failed();
    figures.refused_p50_ms = report.refused_percentile_ms(50);
    figures.refused_p99_ms = report.refused_percentile_ms(99);
}

// What the others see, each sending its share, while the first service sends `per_second`.
LoadReport measure_others(const Site& site, std::span<const DemoService> others, std::uint16_t port, double per_second,
                          const BenchOptions& options, const OverloadFigures& figures)
{
    std::vector<RequestMaker> makers;
    for (const DemoService& service : others) makers.emplace_back(service, Recipients::real);
    RequestMaker first(site.demo().demo, Recipients::real);
    std::vector<LoadOptions> loads;
    for (RequestMaker& maker : makers)
        loads.push_back(paced(port, maker, kSharePart * figures.peak_per_s, options.connections / 2, options));
    loads.push_back(paced(port, first, per_second, options.overload_connections, options));
    auto reports = generate_loads(loads);
    reports.pop_back();
    return merge(std::move(reports));
}

OverloadFigures measure(const Site& site, const BenchOptions& options)
{
    OverloadFigures figures;
    const auto others = add_services(site, kOthers);
    Node node(site.settings(), site.keys(), RoleSet{.api = true}, nullptr);
    if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);
    options.progress("the peak");
    RequestMaker requests(site.demo().demo, Recipients::real);
    figures.peak_per_s = generate_load(paced(node.port(), requests, 0, 2 * options.connections, options)).per_second();
    options.progress("the peak, beside as many bare answers");
    figures.ceiling_per_s = measure_ceiling(site, node.port(), options, figures.peak_per_s);
    options.progress("twice the peak");
    measure_at_twice_the_peak(site, node.port(), options, figures);

    const double share = kSharePart * figures.peak_per_s;
    options.progress("others, while one service sends its share");
    auto before = measure_others(site, others, node.port(), share, options, figures);
    figures.others_p99_ms = before.percentile_ms(99);
    options.progress("others, while it sends ten times its share");
    auto beside = measure_others(site, others, node.port(), kGreed * share, options, figures);
    figures.others_p99_ms_beside_greedy = beside.percentile_ms(99);
    figures.others_p99_rise = figures.others_p99_ms_beside_greedy / figures.others_p99_ms;
    figures.others_refused = beside.refused();
    node.stop();
    return figures;
}

Report report_of(const OverloadFigures& figures)
{
    return {"overload",
            {{"peak_per_s", figures.peak_per_s, "accepted a second, each connection waiting for its answer: the peak"},
             {"offered_per_s", figures.offered_per_s, "answered a second, whatever the status, at twice the peak"},
             {"goodput_per_s", figures.goodput_per_s, "accepted a second of them"},
             {"goodput_to_peak", figures.goodput_to_peak, "that to the peak"},
             {"ceiling_per_s", figures.ceiling_per_s,
              "accepted a second while the surplus is answered by bare 404s: what asking alone costs this machine"},
             {"goodput_to_ceiling", figures.goodput_to_ceiling, "the goodput to that (goal: 0.9)"},
             {"accepted_p99_ms", figures.accepted_p99_ms, "ms to be accepted, p99"},
             {"refused", figures.refused, "answered 429 or 503 with Retry-After"},
             {"failed", figures.failed, "answered anything else: anything but 0 is a fault"},
             {"refused_p50_ms", figures.refused_p50_ms, "ms to be refused, p50"},
             {"refused_p99_ms", figures.refused_p99_ms, "ms, p99 (goal: 5)"},
             {"others_p99_ms", figures.others_p99_ms, "ms for other tenants beside one that sends its share, p99"},
             {"others_p99_ms_beside_greedy", figures.others_p99_ms_beside_greedy,
              "ms for them beside ten times its share, p99"},
             {"others_p99_rise", figures.others_p99_rise, "that to before (goal: 1.5)"},
             {"others_refused", figures.others_refused, "of the others' requests refused"}}};
}

}  // namespace

Result<Report> run_overload_bench(const BenchOptions& options)
{
    return with_site(options, [&](const Site& site) { return report_of(measure(site, options)); });
}

}  // namespace herald::bench
