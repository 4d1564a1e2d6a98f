// One seed: a database, carriers and worker processes in virtual time, and what befalls them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/plan.hpp"
#include "tests/simulation/process.hpp"

namespace herald::simulation
{

struct SeedOptions
{
    BrokenRule broken = BrokenRule::none;
    bool keeps_trace = false;
};

struct SeedOutcome
{
    std::string violation;  // empty: none
    std::vector<std::string> trace;
    std::uint64_t digest = 0;
    int messages = 0;
    int takes = 0;    // by carriers
    int repeats = 0;  // of messages that a carrier had
    std::chrono::steady_clock::duration simulated{};
};

// Always the same for the same arguments.
SeedOutcome run_seed(std::uint64_t seed, SeedOptions options = {});

class World
{
public:
    World(VirtualTime& time, std::uint64_t seed, SeedOptions options);

    // Until every message has its end, or something that must not be has been seen.
    void run();
    [[nodiscard]] const Witness& witness() const { return witness_; }
    [[nodiscard]] const Plan& plan() const { return plan_; }

private:
    struct Slot
    {
        std::unique_ptr<Process> process;  // nullptr: it is about to be started
    };

    void build_carriers();
    void plan_arrivals();
    void plan_faults();
    // So often, at any moment of the time of trouble.
    void at_random(int times, const std::function<void()>& what);
    Process* any_process();
    void start(std::size_t slot);
    void kill(std::size_t slot, std::string_view why);
    void doom(bool to_die);
    void freeze(Process& one);
    void take_the_store_away();
    void take_a_carrier_away();
    void switch_a_provider_off();
    void step_a_clock();
    void deliver(Receipt receipt, int tries = 20);
    void make_everything_well();
    void time_out_again();

    bool run_processes();
    bool is_over() const;

    VirtualTime& time_;
    Dice dice_;
    const Plan plan_;
    Agenda agenda_;
    Witness witness_;
    Server server_;
    Senders senders_;
    std::vector<std::unique_ptr<Carrier>> carriers_;
    std::vector<Slot> slots_;
    int processes_ = 0;
    int to_arrive_ = 0;
    bool is_well_ = false;
};

}  // namespace herald::simulation
