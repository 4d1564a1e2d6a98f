// The one source of chance of a simulation: the same seed, the same draws.
#pragma once

#include <cstdint>
#include <random>

#include "base/uuid.hpp"
#include "runtime/monotonic.hpp"

namespace herald::simulation
{

class Dice
{
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    std::uint64_t number() { return random_(); }
    // Both included.
    std::int64_t between(std::int64_t least, std::int64_t most)
    {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }
    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
    std::chrono::microseconds pause(std::chrono::microseconds least, std::chrono::microseconds most)
    {
        return std::chrono::microseconds(between(least.count(), most.count()));
    }
    Uuid uuid()
    {
        Uuid made;
        for (auto& byte : made.bytes) byte = static_cast<std::uint8_t>(random_());
        return made;
    }
    // As the API makes them: sorted by time.
    Uuid uuid_at(Instant when)
    {
        Uuid made = uuid_v7_floor(when);
        for (std::size_t i = 9; i < made.bytes.size(); ++i) made.bytes[i] = static_cast<std::uint8_t>(random_());
        return made;
    }

private:
    std::mt19937_64 random_;
};

}  // namespace herald::simulation
