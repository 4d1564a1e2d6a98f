// What happens outside of the processes, at its time: in the database, at the carriers, and to the processes.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "runtime/virtual_time.hpp"

namespace herald::simulation
{

class Agenda
{
public:
    explicit Agenda(VirtualTime& time) : time_(time) {}

    void in(std::chrono::microseconds from_now, std::function<void()> what)
    {
        entries_.emplace(time_.now() + from_now, std::move(what));
    }
    [[nodiscard]] std::optional<Deadline> next() const
    {
        return entries_.empty() ? std::nullopt : std::optional(entries_.begin()->first);
    }
    // What is due by now; at the same moment, in the order of in().
    void run_due()
    {
        while (!entries_.empty() && entries_.begin()->first <= time_.now())
            entries_.extract(entries_.begin()).mapped()();
    }
    [[nodiscard]] VirtualTime& time() const { return time_; }

private:
    VirtualTime& time_;
    std::multimap<Deadline, std::function<void()>> entries_;
};

}  // namespace herald::simulation
