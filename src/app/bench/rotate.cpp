#include <atomic>
#include <future>
#include <thread>

#include <fmt/format.h>

#include "app/bench/accept.hpp"
#include "app/bench/bench.hpp"
#include "app/bench/load_generator.hpp"
#include "app/bench/site.hpp"
#include "app/node.hpp"
#include "operations/rotate_keys.hpp"

namespace herald::bench
{

namespace
{

// Thrown out of a rotation's progress: it can be stopped at any time and goes on where it was.
struct Stopped
{
};

// `herald keys rotate`, on a thread and a connection of its own, from construction to the end of its life.
class Rotation
{
public:
    Rotation(const Site& site, KeyRing keys, RotationOptions options)
        : ended_(std::async(std::launch::async,
                            [this, &site, keys = std::move(keys), options] { rotate(site, keys, options); }))
    {
    }
    Rotation(const Rotation&) = delete;
    Rotation& operator=(const Rotation&) = delete;
    ~Rotation() { stopped_ = true; }

    // False: it was at its end already, so there was nothing to measure beside. Throws what ended it.
    bool stop()
    {
        const bool was_at_work = ended_.wait_for(seconds(0)) != std::future_status::ready;
        stopped_ = true;
        ended_.get();
        return was_at_work;
    }
    [[nodiscard]] std::int64_t resealed() const { return resealed_; }

private:
    void rotate(const Site& site, const KeyRing& keys, RotationOptions options)
    {
        const auto progress = [this](const RotationCount& count)
        {
            resealed_ = count.resealed;
            if (stopped_) throw Stopped();
        };
        try
        {
            site.with_database(
                1, [&](pg::Database& database) -> Task<> { co_await rotate_keys(database, keys, options, progress); });
        }
        catch (const Stopped&)
        {
        }
    }

    std::atomic<bool> stopped_ = false;
    std::atomic<std::int64_t> resealed_ = 0;
    std::future<void> ended_;  // the last: what it runs uses the others
};

struct Rates
{
    std::vector<double> alone;
    std::vector<double> beside;
    std::int64_t resealed = 0;
    double seconds = 0;  // of rotating
};

Rates measure(const Site& site, const KeyRing& keys, const BenchOptions& options)
{
    RotationOptions rotation_options;
    rotation_options.share = options.rotation_share;
    Node node(site.settings(), keys, RoleSet{.api = true}, nullptr);
    if (auto started = node.start(); !started) throw std::runtime_error(started.error().message);
    Rates rates;
    for (int round = 1; round <= options.rounds; ++round)
    {
        options.progress(fmt::format("round {}: accepting", round));
        rates.alone.push_back(accepted_per_second(site, node.port(), options));
        options.progress(fmt::format("round {}: accepting while keys are rotated", round));
        const auto begun = std::chrono::steady_clock::now();
        Rotation rotation(site, keys, rotation_options);
        rates.beside.push_back(accepted_per_second(site, node.port(), options));
        if (!rotation.stop())
            throw std::runtime_error("everything was sealed anew before the measurement ended: ask for more --rows");
        rates.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        rates.resealed += rotation.resealed();
    }
    node.stop();
    return rates;
}

Report report_of(Rates rates)
{
    const double alone = percentile(rates.alone, 50);
    const double beside = percentile(rates.beside, 50);
    return {"rotate",
            {{"accepted_per_s", alone, "requests accepted a second (the median of the rounds, as below)"},
             {"accepted_per_s_rotating", beside, "requests accepted a second while keys are rotated"},
             {"rotation_ratio", beside / alone, "that to before (goal: 0.95)"},
             {"resealed_per_s", static_cast<double>(rates.resealed) / rates.seconds, "rows sealed anew a second"},
             {"rounds", static_cast<std::uint64_t>(rates.alone.size()), "rounds"}}};
}

}  // namespace

Result<Report> run_rotate_bench(const BenchOptions& options)
{
    return with_site(options,
                     [&](const Site& site)
                     {
                         options.progress(fmt::format("{} messages sealed with an older key", options.rows));
                         fill_backlog(site, options.rows);
                         return report_of(measure(site, site.keys().with_new_key(), options));
                     });
}

}  // namespace herald::bench
