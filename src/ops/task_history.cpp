#include "ops/task_history.hpp"

#include <boost/describe.hpp>

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

// Long enough for a reason, short enough for a list.
constexpr std::size_t kLongestDetail = 500;

std::optional<std::string> detail_of(const RunEnd& end)
{
    if (end.detail.empty()) return std::nullopt;
    std::string detail = end.detail.substr(0, kLongestDetail);
    // What a library says may be in any encoding.
    for (char& c : detail)
        if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = '?';
    return detail;
}

}  // namespace

BOOST_DESCRIBE_STRUCT(RecordedRun, (),
                      (id, task, for_date, as_of, started_at, ended_at, outcome, count, detail, holder))
BOOST_DESCRIBE_STRUCT(TaskState, (), (task, since, started_at, ended_at, outcome, count, detail, succeeded_at))

std::string_view to_string(RunOutcome outcome)
{
    switch (outcome)
    {
        case RunOutcome::running:
            return "running";
        case RunOutcome::succeeded:
            return "succeeded";
        case RunOutcome::failed:
            return "failed";
        case RunOutcome::timed_out:
            return "timed_out";
        case RunOutcome::abandoned:
            return "abandoned";
    }
    return "unknown";
}

Task<> TaskHistory::make_known(const std::map<std::string, LocalDate>& since, Deadline deadline)
{
    std::vector<std::string> names;
    std::vector<LocalDate> days;
    for (const auto& [name, day] : since)
    {
        names.push_back(name);
        days.push_back(day);
    }
    co_await database_.execute(sql::register_scheduled_tasks, pg::Params::of(names, days), deadline);
}

Task<std::vector<TaskState>> TaskHistory::states(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_task_states, pg::Params(), deadline);
    co_return rows.all<TaskState>();
}

Task<std::map<std::string, std::set<LocalDate>>> TaskHistory::settled_days(LocalDate first, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_settled_days, pg::Params::of(first), deadline);
    std::map<std::string, std::set<LocalDate>> days;
    for (std::size_t i = 0; i < rows.size(); ++i)
        days[rows.get<std::string>(i, "task")].insert(rows.get<LocalDate>(i, "for_date"));
    co_return days;
}

Task<bool> TaskHistory::begin(const RecordedRun& run, bool again, Deadline deadline)
{
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    statements.emplace_back(sql::abandon_task_runs, pg::Params::of(run.task, run.started_at));
    statements.emplace_back(sql::begin_task_run, pg::Params::of(run.id, run.task, run.for_date, run.as_of,
                                                                run.started_at, run.holder, again));
    const auto answers = co_await database_.execute_together(std::move(statements), deadline);
    if (answers.front().affected() > 0)
        log::warning("a scheduled task was abandoned by its process", {{"task", run.task}});
    co_return !answers.back().empty();
}

Task<> TaskHistory::end(const RecordedRun& run, const RunEnd& end, LocalDate known_since, Deadline deadline)
{
    auto params =
        pg::Params::of(run.id, run.task, end.at, to_string(end.outcome), end.count, detail_of(end), known_since);
    const auto rows = co_await database_.execute(sql::end_task_run, std::move(params), deadline);
    if (rows.empty()) log::warning("another process has taken over the run of a task", {{"task", run.task}});
}

Task<> TaskHistory::note(const RecordedRun& run, const RunEnd& end, LocalDate known_since, Deadline deadline)
{
    auto params = pg::Params::of(run.id, run.task, run.as_of, run.started_at, end.at, to_string(end.outcome), end.count,
                                 detail_of(end), run.holder, known_since);
    co_await database_.execute(sql::note_task_run, std::move(params), deadline);
}

Task<std::vector<RecordedRun>> TaskHistory::list(std::optional<std::string> task, std::int32_t most, Deadline deadline)
{
    if (task)
    {
        auto params = pg::Params::of(*task, most);
        const auto rows = co_await database_.execute(sql::list_runs_of_task, std::move(params), deadline);
        co_return rows.all<RecordedRun>();
    }
    const auto rows = co_await database_.execute(sql::list_task_runs, pg::Params::of(most), deadline);
    co_return rows.all<RecordedRun>();
}

Task<std::vector<RecordedRun>> TaskHistory::running(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_running_tasks, pg::Params(), deadline);
    co_return rows.all<RecordedRun>();
}

}  // namespace herald
