// Sees all that happens to each message and knows what must never be. The first thing that must not be ends the seed.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "runtime/virtual_time.hpp"
#include "tests/simulation/tables.hpp"

namespace herald::simulation
{

class Witness
{
public:
    // `tries`: DeliverOptions::tries. `keeps_trace`: what happened is written down, for people.
    Witness(VirtualTime& time, std::int16_t tries, bool calm, bool keeps_trace)
        : time_(time), tries_(tries), calm_(calm), keeps_trace_(keeps_trace), begin_(time.now())
    {
    }

    // Something went wrong that may leave attempts in doubt: a process died or stood still, a statement failed.
    void fault(std::string_view what);
    void fault_begins(std::string_view what);
    void fault_ends(std::string_view what);
    // A provider could not say whether it took the message, or did not answer.
    void doubt(NotificationId id);

    void event(const Message& message, const Event& event);
    void status(const Message& message, NotificationStatus before);
    void claimed(int process, NotificationId id);
    void offered(int process, NotificationId id, std::string_view carrier);
    // `can_tell`: the carrier answers look-ups.
    void taken(std::string_view carrier, bool can_tell, NotificationId id);
    void told(const Receipt& receipt);
    void at_end(const Tables& tables);

    // Empty: nothing that must not be.
    [[nodiscard]] const std::string& violation() const { return violation_; }
    void violate(NotificationId id, std::string_view what);
    [[nodiscard]] const std::deque<std::string>& trace() const { return trace_; }
    // Of everything seen, in its order: the same for the same seed.
    [[nodiscard]] std::uint64_t digest() const { return digest_; }
    [[nodiscard]] int repeats() const { return repeats_; }
    [[nodiscard]] int takes() const { return takes_; }

private:
    struct Story
    {
        int offers = 0;
        int takes = 0;
        int uncertain = 0;  // attempts whose end is said to be unknown
        int doubts = 0;     // left by providers
        int ends = 0;       // handed over or given up
        bool accepted = false;
        std::int16_t attempt = 0;
        int faults_before = 0;                     // faults of the world when its last attempt began
        Deadline could_be_known{Deadline::max()};  // since when a carrier that can tell has it
        std::map<int, Deadline> held_since;        // by process: its last claim
    };

    void attempt_started(Story& story, const Message& message, const Event& event);
    void write(std::string_view what, NotificationId id, std::string_view detail);

    VirtualTime& time_;
    const std::int16_t tries_;
    const bool calm_;
    const bool keeps_trace_;
    const Deadline begin_;
    std::map<NotificationId, Story> stories_;
    int faults_ = 0;
    int lasting_ = 0;  // faults
    int repeats_ = 0;
    int takes_ = 0;
    std::uint64_t digest_ = 1469598103934665603ULL;  // FNV-1a
    std::string violation_;
    std::deque<std::string> trace_;
};

}  // namespace herald::simulation
