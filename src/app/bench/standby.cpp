#include "app/bench/standby.hpp"

#include <fmt/format.h>

#include "app/bench/load_generator.hpp"
#include "storage/pg/standby.hpp"

namespace herald::bench
{

namespace
{

void must(const Result<void>& result)
{
    if (!result) throw std::runtime_error(result.error().message);
}

std::unique_ptr<pg::Cluster> start_standby(const Site& site)
{
    pg::ClusterOptions options;
    options.directory = site.folder() / "standby";
    options.standby_of = site.settings().database.url;
    auto started = pg::Cluster::start(std::move(options));
    if (!started) throw std::runtime_error(started.error().message);
    return std::move(*started);
}

struct Rates
{
    std::vector<double> alone;
    std::vector<double> beside;
    std::vector<double> synchronous;
};

Report report_of(Rates rates, std::string_view command)
{
    const double alone = percentile(rates.alone, 50);
    const double beside = percentile(rates.beside, 50);
    const double synchronous = percentile(rates.synchronous, 50);
    return {command,
            {{"per_s_alone", alone, "a second without a standby (the median of the rounds, as below)"},
             {"per_s_asynchronous", beside, "a second beside a standby that nobody waits for"},
             {"per_s_standby", synchronous, "a second while each commit waits for the standby's disk"},
             {"standby_ratio", synchronous / alone, "that to the rate without a standby (goal: 0.8)"},
             {"standby_ratio_to_asynchronous", synchronous / beside, "that to the rate beside one"},
             {"rounds", static_cast<std::uint64_t>(rates.alone.size()), "rounds"}}};
}

}  // namespace

Report measure_standby(const Site& site, const BenchOptions& options, std::string_view command,
                       const std::function<double()>& rate)
{
    const auto& primary = site.settings().database.url;
    options.progress("a standby of the database");
    const auto standby = start_standby(site);
    standby->stop();
    Rates rates;
    for (int round = 1; round <= options.rounds; ++round)
    {
        options.progress(fmt::format("round {}: alone", round));
        rates.alone.push_back(rate());
        must(standby->restart());
        must(pg::await_standby(primary));
        options.progress(fmt::format("round {}: beside a standby", round));
        rates.beside.push_back(rate());
        must(pg::require_standby(primary, true));
        options.progress(fmt::format("round {}: with a synchronous standby", round));
        rates.synchronous.push_back(rate());
        must(pg::require_standby(primary, false));
        standby->stop();
    }
    return report_of(std::move(rates), command);
}

}  // namespace herald::bench
