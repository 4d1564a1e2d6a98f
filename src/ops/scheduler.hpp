// Runs the schedule in one of the processes that offer to. Belongs to one Loop.
//
// A periodic task comes again a period after its last run began, whoever ran it. A daily task owes every day since it
// was known: what nobody was there to run is made up, oldest day first, kDaysMadeUp back, and a day that one run has
// settled is not run again, whatever clock says it is that day. One that failed is tried again after five minutes;
// other days and tasks do not wait for it, but for those that name it in `after`.
#pragma once

#include <map>
#include <vector>

#include "ops/leader.hpp"
#include "ops/task_days.hpp"
#include "ops/task_runner.hpp"
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

    // `leader` competes for the lock, `runner` runs; `tasks` must outlive the scheduler.
    Scheduler(asio::any_io_executor executor, Leader& leader, TaskRunner& runner, const Clock& clock,
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
        bool running = false;
        Instant next{};                             // of a periodic one
        std::map<LocalDate, Instant> not_before{};  // daily: days that could not be settled, and when to try again
        std::optional<Instant> succeeded_at{};
        Instant watched_since{};
    };

    Task<bool> lead();
    // Forgets what it knew and asks the history. False: it cannot be asked now.
    Task<bool> learn();
    Task<> learn_days();
    // What to run of it now.
    std::optional<RunRequest> due(Entry& entry, Instant now);
    std::optional<RunRequest> due_day(Entry& entry, Instant now);
    [[nodiscard]] bool owes_days(Instant now) const;
    Task<RunReport> run_entry(Entry& entry, RunRequest request);
    Task<> run_in_background(Entry& entry, RunRequest request);
    void plan_next(Entry& entry, const RunRequest& request, const RunReport& report);
    void start_due();
    void tell(Instant now);
    void stop_telling();

    Leader& leader_;
    TaskRunner& runner_;
    const TimeZone& zone_;
    const Clock& clock_;
    const Options options_;
    std::vector<Entry> entries_;
    TaskDays days_;
    prometheus::Gauge& leads_gauge_;
    bool leads_ = false;
    bool knows_ = false;  // the history was read since it leads
    TaskScope scope_;
};

}  // namespace herald
