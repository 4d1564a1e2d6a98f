// Runs the delivery core through many seeds. One of them again, with what happened in it:
//
//     HERALD_SIMULATION_SEED=17 build/release/tests/simulation/herald_simulation_test
//
// More of them: HERALD_SIMULATION_SEEDS=1000000.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/simulation/world.hpp"

namespace herald::simulation
{
namespace
{

constexpr std::uint64_t kSeeds = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? 100 : 1000;

std::optional<std::uint64_t> number_from(const char* variable)
{
    const char* const text = std::getenv(variable);
    return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

// The story of a seed, told by running it again.
std::string tell(std::uint64_t seed, BrokenRule broken = BrokenRule::none)
{
    const auto outcome = run_seed(seed, {broken, true});
    std::string all = "seed " + std::to_string(seed) + ": " + outcome.violation + "\n";
    for (const auto& line : outcome.trace) all += line + "\n";
    return all;
}

TEST(Simulation, NoSeedLosesRepeatsOrForgetsAMessage)
{
    if (const auto one = number_from("HERALD_SIMULATION_SEED"))
    {
        const auto outcome = run_seed(*one);
        std::cout << tell(*one);
        EXPECT_EQ(outcome.violation, "");
        return;
    }
    int takes = 0;
    int repeats = 0;
    int messages = 0;
    std::chrono::steady_clock::duration simulated{};
    const auto seeds = number_from("HERALD_SIMULATION_SEEDS").value_or(kSeeds);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    {
        const auto outcome = run_seed(seed);
        ASSERT_EQ(outcome.violation, "") << tell(seed);
        takes += outcome.takes;
        repeats += outcome.repeats;
        messages += outcome.messages;
        simulated += outcome.simulated;
    }
    std::cout << seeds << " seeds, " << messages << " messages taken " << takes << " times, " << repeats
              << " of them again; " << std::chrono::duration_cast<std::chrono::hours>(simulated).count()
              << " hours simulated\n";
    EXPECT_GT(repeats, 0) << "no fault left a doubt: the faults do not work";
}

TEST(Simulation, ASeedIsAlwaysTheSame)
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(run_seed(seed).digest, run_seed(seed).digest);
    EXPECT_NE(run_seed(1).digest, run_seed(2).digest);
}

// A simulation that finds nothing proves nothing: each of these rules is broken on purpose, and has to be missed.
class BrokenRules : public ::testing::TestWithParam<BrokenRule>
{
};

TEST_P(BrokenRules, AreFoundWithinTwoHundredSeeds)
{
    for (std::uint64_t seed = 1; seed <= 200; ++seed)
    {
        const auto outcome = run_seed(seed, {GetParam(), false});
        if (outcome.violation.empty()) continue;
        std::cout << "seed " << seed << ": " << outcome.violation << "\n";
        return;
    }
    FAIL() << "nobody noticed";
}

INSTANTIATE_TEST_SUITE_P(Simulation, BrokenRules,
                         ::testing::Values(BrokenRule::fences, BrokenRule::ends_of_leases, BrokenRule::doubts,
                                           BrokenRule::final_statuses, BrokenRule::lost_results));

// The core tells of each fault in the log: of a thousand seeds, nobody wants to read it.
[[maybe_unused]] const bool quiet = []
{
    if (std::getenv("HERALD_SIMULATION_SEED") == nullptr && std::freopen("/dev/null", "w", stderr) == nullptr)
        std::abort();
    return true;
}();

}  // namespace
}  // namespace herald::simulation
