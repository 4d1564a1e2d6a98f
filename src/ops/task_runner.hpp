// One run of a scheduled task, whole: alone among all processes (TaskLocks), in the history (TaskHistory), told to the
// monitor (Heartbeats), measured. What the scheduler and `herald task run` share. Belongs to one Loop.
#pragma once

#include <map>
#include <string>

#include "ops/heartbeats.hpp"
#include "ops/task_history.hpp"
#include "ops/task_locks.hpp"

namespace herald
{

// What is to be run, as whoever asks has decided it.
struct RunRequest
{
    const ScheduledTask* task;
    Instant now;         // what the task takes for now
    LocalDate date;      // the local day that it is for
    bool settles_day;    // a success is the day's one (daily tasks)
    bool again = false;  // also when the day is settled
};

// The run of a daily task for a day, the same whenever it is made: as of the moment at which it was due.
RunRequest run_for_day(const ScheduledTask& task, LocalDate date, const TimeZone& zone);
// The run as of a moment. It settles its day when the task was due by then.
RunRequest run_as_of(const ScheduledTask& task, Instant now, const TimeZone& zone);

struct RunReport
{
    enum class Start
    {
        ran,
        busy,     // another process runs the task
        settled,  // the day was settled before
    };
    Start start = Start::ran;
    RunOutcome outcome = RunOutcome::failed;  // when it ran
    std::int64_t count = 0;                   // what the task says
    std::string detail;                       // why it did not succeed

    [[nodiscard]] bool succeeded() const { return start == Start::ran && outcome == RunOutcome::succeeded; }
};

class TaskRunner
{
public:
    struct Options
    {
        std::string holder;            // this process, in the history
        seconds database_timeout{10};  // of each statement around the run
        seconds note_every{30};        // how often the last run of a frequent task is written, if nothing changes
    };

    // The arguments outlive the runner. `heartbeats` may be null.
    TaskRunner(TaskContext context, TaskLocks& locks, const Clock& clock, Heartbeats* heartbeats, Options options);

    // Does not throw: what stops it is in the report. Not for a task that this runner has under way.
    Task<RunReport> run(RunRequest request);

    [[nodiscard]] TaskContext& context() { return context_; }
    [[nodiscard]] TaskHistory& history() { return history_; }

private:
    struct Noted
    {
        RunOutcome outcome = RunOutcome::running;
        Deadline at{};
    };

    Task<RunReport> run_locked(RunRequest request);
    Task<RunReport> run_recorded(RunRequest request, RecordedRun record);
    Task<RunReport> run_frequent(RunRequest request, RecordedRun record);
    Task<RunEnd> execute(RunRequest request);
    // Whether a run of a frequent task is worth a write and a heartbeat.
    bool is_news(std::string_view task, RunOutcome outcome);
    void tell(const ScheduledTask& task, Heartbeat heartbeat, const std::optional<Uuid>& run);

    TaskContext context_;
    TaskHistory history_;
    TaskLocks& locks_;
    const Clock& clock_;
    Heartbeats* const heartbeats_;
    const Options options_;
    std::map<std::string, Noted, std::less<>> noted_;
};

// "host:4711": who runs a task, in the history.
std::string name_of_this_process();

}  // namespace herald
