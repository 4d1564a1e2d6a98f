// Which daily task has done which day, as far as this process knows: what is missing, and what may begin. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ops/schedule.hpp"

namespace herald
{

// A day that was missed is made up for so long; earlier ones are given up.
inline constexpr int kDaysMadeUp = 7;

class TaskDays
{
public:
    // The task is responsible from `since` on; what is known of its days is forgotten.
    void know(std::string_view task, LocalDate since);
    void settle(std::string_view task, LocalDate date);

    [[nodiscard]] bool is_settled(std::string_view task, LocalDate date) const;
    // The days up to `last` that the task has not settled, oldest first: kDaysMadeUp before `last` at the most, and
    // none before it was known.
    [[nodiscard]] std::vector<LocalDate> missing(std::string_view task, LocalDate last) const;
    // Whether all that it waits for have succeeded for that day. Who was not responsible for it yet is not waited for.
    [[nodiscard]] bool may_begin(const ScheduledTask& task, LocalDate date) const;

private:
    struct Days
    {
        LocalDate since;
        std::set<LocalDate> settled;
    };
    std::map<std::string, Days, std::less<>> tasks_;
};

}  // namespace herald
