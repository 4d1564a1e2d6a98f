#include "ops/task_days.hpp"

#include <algorithm>

namespace herald
{

void TaskDays::know(std::string_view task, LocalDate since)
{
    tasks_[std::string(task)] = Days{since, {}};
}

void TaskDays::settle(std::string_view task, LocalDate date)
{
    const auto found = tasks_.find(task);
    if (found != tasks_.end()) found->second.settled.insert(date);
}

bool TaskDays::is_settled(std::string_view task, LocalDate date) const
{
    const auto found = tasks_.find(task);
    return found != tasks_.end() && found->second.settled.contains(date);
}

std::vector<LocalDate> TaskDays::missing(std::string_view task, LocalDate last) const
{
    std::vector<LocalDate> days;
    const auto found = tasks_.find(task);
    if (found == tasks_.end()) return days;
    for (LocalDate day = std::max(found->second.since, add_days(last, -kDaysMadeUp)); day <= last;
         day = add_days(day, 1))
        if (!found->second.settled.contains(day)) days.push_back(day);
    return days;
}

bool TaskDays::may_begin(const ScheduledTask& task, LocalDate date) const
{
    const auto is_done = [&](std::string_view name)
    {
        const auto found = tasks_.find(name);
        return found == tasks_.end() || date < found->second.since || found->second.settled.contains(date);
    };
    return std::ranges::all_of(task.waits_for(), is_done);
}

}  // namespace herald
