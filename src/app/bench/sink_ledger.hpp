// What a sink, a provider of our own, does with each message that it is offered, and what it has taken: compared with
// what the API accepted, it says what was lost and what was sent twice. Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/uuid.hpp"

namespace herald::bench
{

enum class SinkAnswer
{
    take,
    throttle,  // not taken: later
    fail,      // not taken: something broke
    slow,      // taken, after a while
    cut,       // taken, and the connection is closed without an answer
};

// Parts of all offers. The rest is taken at once.
struct ErrorMix
{
    double throttle = 0;
    double fail = 0;
    double slow = 0;
    double cut = 0;

    // What large senders see of their providers on an ordinary day, with more cut connections than that.
    static constexpr ErrorMix usual() { return {0.02, 0.005, 0.01, 0.002}; }
};

// `draw` in [0, 1).
SinkAnswer choose_answer(const ErrorMix& mix, double draw);

class SinkLedger
{
public:
    // `seed`: of the draws, so that a run can be repeated.
    SinkLedger(ErrorMix mix, std::uint64_t seed);

    // A whole message has arrived. Decides what becomes of it and notes that.
    SinkAnswer offer(NotificationId id, Instant now);

    struct Counts
    {
        std::uint64_t offers = 0;
        std::uint64_t throttled = 0;
        std::uint64_t failed = 0;
        std::uint64_t slow = 0;
        std::uint64_t cut = 0;
        std::uint64_t taken = 0;       // different messages
        std::uint64_t duplicates = 0;  // of them, taken more than once
    };
    [[nodiscard]] Counts counts() const;
    // When the message was first offered.
    [[nodiscard]] std::optional<Instant> first_offered(NotificationId id) const;
    // How many of `accepted` were never taken, those in `given_up` aside. Either may be in any order.
    [[nodiscard]] std::uint64_t count_lost(std::span<const NotificationId> accepted,
                                           std::span<const NotificationId> given_up) const;

private:
    struct Seen
    {
        Instant first_offered{};
        std::uint32_t times_taken = 0;
    };

    const ErrorMix mix_;
    mutable std::mutex mutex_;
    // Everything below is protected by mutex_.
    std::mt19937_64 random_;
    std::unordered_map<NotificationId, Seen, UuidHash> seen_;
    Counts counts_;
};

}  // namespace herald::bench
