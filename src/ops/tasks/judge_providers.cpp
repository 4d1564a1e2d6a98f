#include <limits>
#include <map>

#include <prometheus/gauge.h>

#include "base/metrics.hpp"
#include "operations/provider_speeds.hpp"
#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Told = std::map<std::pair<std::string, std::int32_t>, prometheus::Gauge*>;

// Of this process, so that what is no longer told can be taken back.
Told& told()
{
    static Told gauges;
    return gauges;
}

void tell(const ProviderSpeed& speed)
{
    auto& gauge = told()[std::pair(speed.name, speed.minutes)];
    if (gauge == nullptr)
        gauge = &metrics::gauge("herald_provider_slow_ratio",
                                "Share of a provider's text messages that took longer than so many minutes",
                                {{"provider", speed.name}, {"minutes", std::to_string(speed.minutes)}});
    gauge->Set(slow_share(speed).value_or(kUnknown));
}

}  // namespace

Task<std::int64_t> judge_providers(TaskContext& context, const TaskRun& run)
{
    ProviderStore providers(context.database);
    const auto speeds = co_await providers.measure_speeds(run.now, run.deadline);
    for (const ProviderSpeed& each : speeds) tell(each);
    auto slow = find_slow_providers(speeds);
    const auto changed = co_await demote_slow_providers(providers, std::move(slow), run.now, run.deadline);
    auto params = pg::Params::of(run.now - kSpeedsKeptFor);
    co_await context.database.execute(sql::forget_delivery_speeds, std::move(params), run.deadline);
    co_return changed;
}

void stop_telling_speeds()
{
    for (const auto& [of, gauge] : told()) gauge->Set(kUnknown);
}

}  // namespace herald::tasks
