// What is kept of the runs of scheduled tasks (0007_task_runs.sql). Belongs to the Loop of its Database. Throws as
// Database::execute does.
//
// A task that runs more often than once a minute would write more about itself than it does: of its runs the first one
// and those whose outcome is another than that of the one before are rows, and its last run is kept up to date now and
// then (TaskRunner decides when).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/uuid.hpp"
#include "ops/schedule.hpp"

namespace herald
{

enum class RunOutcome
{
    running,
    succeeded,
    failed,
    timed_out,
    abandoned,  // its process was gone before it could say how it ended
};

std::string_view to_string(RunOutcome outcome);

struct RecordedRun
{
    Uuid id;
    std::string task;
    std::optional<LocalDate> for_date;  // the day that it settles if it succeeds
    Instant as_of{};
    Instant started_at{};
    std::optional<Instant> ended_at;  // none while it runs
    std::string outcome;
    std::optional<std::int64_t> count;
    std::optional<std::string> detail;  // why it failed
    std::string holder;                 // the process
};

// The last run of a task that has ended; all empty before the first.
struct TaskState
{
    std::string task;
    LocalDate since;  // daily: the first day that it is responsible for
    std::optional<Instant> started_at;
    std::optional<Instant> ended_at;
    std::optional<std::string> outcome;
    std::optional<std::int64_t> count;
    std::optional<std::string> detail;
    std::optional<Instant> succeeded_at;  // the end of the last success
};

struct RunEnd
{
    Instant at;
    RunOutcome outcome;
    std::int64_t count;
    std::string detail;  // empty: none
};

class TaskHistory
{
public:
    explicit TaskHistory(pg::Database& database) : database_(database) {}

    // The tasks that nobody knew of are responsible from `since` on.
    Task<> make_known(const std::map<std::string, LocalDate>& since, Deadline deadline);
    Task<std::vector<TaskState>> states(Deadline deadline);
    // Which days from `first` on succeeded, by task.
    Task<std::map<std::string, std::set<LocalDate>>> settled_days(LocalDate first, Deadline deadline);

    // For whoever has the lock of the task: what was open of it is abandoned, and the run begins. False: its day is
    // settled already, and it was not to be done again.
    Task<bool> begin(const RecordedRun& run, bool again, Deadline deadline);
    // `known_since` is for a task that nobody has made known. Of a run that was given up meanwhile nothing is kept.
    Task<> end(const RecordedRun& run, const RunEnd& end, LocalDate known_since, Deadline deadline);
    // A run of a frequent task, as a whole.
    Task<> note(const RecordedRun& run, const RunEnd& end, LocalDate known_since, Deadline deadline);

    // Newest first.
    Task<std::vector<RecordedRun>> list(std::optional<std::string> task, std::int32_t most, Deadline deadline);
    // What is under way, frequent tasks left out; by task.
    Task<std::vector<RecordedRun>> running(Deadline deadline);

private:
    pg::Database& database_;
};

}  // namespace herald
