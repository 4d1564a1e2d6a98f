// What a seed brings: how much work, how many processes, which faults and how often.
#pragma once

#include <chrono>

#include "tests/simulation/dice.hpp"

namespace herald::simulation
{

struct Plan
{
    // All of it is drawn; a tenth of the seeds has no faults at all.
    explicit Plan(Dice& dice);

    bool calm = false;  // no faults: each message is handed over once
    int messages = 1;
    int services = 1;
    int processes = 1;
    int carriers_a_channel = 1;
    seconds arrival{60};   // messages are accepted within it
    seconds trouble{120};  // and faults happen within this; then everything is well

    double statement_faults = 0;       // the share of statements that fail, before or after they took effect
    milliseconds slowest_answer{300};  // of a carrier; at ten seconds nobody waits for it any more
    double carrier_faults = 0;         // the share of hand-offs that are not simply taken
    double lost_receipts = 0;
    int kills = 0;
    int freezes = 0;
    int drains = 0;
    int store_outages = 0;
    int carrier_outages = 0;
    int switched_off = 0;  // providers, by an operator
    int clock_steps = 0;   // of one host
};

inline Plan::Plan(Dice& dice)
{
    calm = dice.chance(0.1);
    messages = static_cast<int>(dice.between(1, 20));
    services = static_cast<int>(dice.between(1, 3));
    processes = static_cast<int>(dice.between(1, 3));
    carriers_a_channel = static_cast<int>(dice.between(1, 2));
    arrival = seconds(dice.between(1, 100));
    if (dice.chance(0.5)) slowest_answer = milliseconds(dice.between(1000, 9000));
    if (calm) return;
    // Most seeds have a few kinds of faults: all at once hide each other.
    const auto some = [&](std::int64_t most)
    {
        return dice.chance(0.4) ? static_cast<int>(dice.between(1, most)) : 0;
    };
    statement_faults = 0.03 * some(8);
    carrier_faults = 0.1 * some(8);
    lost_receipts = 0.25 * some(4);
    kills = some(5);
    freezes = some(3);
    drains = some(3);
    store_outages = some(2);
    carrier_outages = some(2);
    switched_off = some(2);
    clock_steps = some(3);
}

}  // namespace herald::simulation
