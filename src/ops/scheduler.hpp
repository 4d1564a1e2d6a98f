// Runs the schedule in one of the processes that offer to. Belongs to one Loop.
#pragma once

#include <vector>

#include "ops/leader.hpp"
#include "ops/schedule.hpp"
#include "runtime/task_scope.hpp"

namespace prometheus
{
class Gauge;
}

namespace herald
{

struct SchedulerCounts
{
    bool leads = false;
    std::size_t ran = 0;
    std::size_t failed = 0;
};

class Scheduler
{
public:
    struct Options
    {
        milliseconds tick{500};       // how often due tasks are looked for
        milliseconds stand_by{2000};  // how often a process that does not lead tries to, and one that does makes sure
        seconds lock_timeout{5};
    };

    // `leader` competes for the lock; `tasks` must outlive the scheduler.
    Scheduler(asio::any_io_executor executor, Leader& leader, TaskContext context, const Clock& clock,
              std::span<const ScheduledTask> tasks, Options options);

    // Until stop is requested: leads when it can, starts each due task beside the others (never one beside itself).
    // When the lock is lost, no task is started any more until it is there again, and the gauges of the tasks are no
    // longer told. Returns when the tasks under way have ended; then resigns.
    Task<> run(StopToken stop);
    // Leads if it can, and then runs what is due, one after the other.
    Task<SchedulerCounts> run_once();

private:
    struct Entry
    {
        const ScheduledTask* task;
        Instant next{};
        bool running = false;
    };

    Task<bool> lead();
    Task<bool> run_entry(Entry& entry, Instant now);
    Task<> run_in_background(Entry& entry, Instant now);
    void start_due();
    void stop_telling();

    Leader& leader_;
    TaskContext context_;
    const Clock& clock_;
    const Options options_;
    std::vector<Entry> entries_;
    prometheus::Gauge& leads_gauge_;
    bool leads_ = false;
    TaskScope scope_;
};

}  // namespace herald
