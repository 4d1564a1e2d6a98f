#include <algorithm>
#include <limits>
#include <map>

#include <prometheus/gauge.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"

namespace herald::tasks
{

namespace
{

constexpr std::size_t kMostLogged = 20;
constexpr auto kStatementTimeout = std::chrono::minutes(10);
// Around the days that are checked: a message is counted on the day of the zone that was configured when it came.
constexpr auto kRoom = std::chrono::hours(24);

using DaysThatDiffer = std::map<LocalDate, std::int64_t>;

// As each day was found the last time, so that the alarm stays until the day is well: of this process.
DaysThatDiffer& known_differences()
{
    static DaysThatDiffer differing;
    return differing;
}

prometheus::Gauge& differences_gauge()
{
    static auto& gauge = metrics::gauge("herald_ledger_differences", "Counts that differed at the last self-check");
    return gauge;
}

void report(const pg::Rows& rows)
{
    for (std::size_t i = 0; i < std::min(rows.size(), kMostLogged); ++i)
    {
        log::error("the ledger differs from the messages",
                   {{"service_id", rows.get<Uuid>(i, "service_id").to_string()},
                    {"local_date", format_date(rows.get<LocalDate>(i, "local_date"))},
                    {"status", rows.get<std::int16_t>(i, "status")},
                    {"messages", rows.get<std::int64_t>(i, "actual")},
                    {"ledger", rows.get<std::int64_t>(i, "counted")}});
    }
}

// Checks the days from `first` to `last`. How many counts differ there; `differing` knows it as well.
Task<std::int64_t> check_days(TaskContext& context, LocalDate first, LocalDate last, DaysThatDiffer& differing,
                              Deadline deadline)
{
    const Uuid from = uuid_v7_floor(context.zone.start_of(first) - kRoom);
    const Uuid to = uuid_v7_floor(context.zone.start_of(add_days(last, 1)) + kRoom);
    auto params = pg::Params::of(first, last, from, to);
    const Deadline statement_deadline = std::min(deadline, deadline_in(kStatementTimeout));
    const auto rows = co_await context.database.execute(sql::check_ledger, std::move(params), statement_deadline);
    std::erase_if(differing, [&](const auto& day) { return first <= day.first && day.first <= last; });
    for (std::size_t i = 0; i < rows.size(); ++i) ++differing[rows.get<LocalDate>(i, "local_date")];
    report(rows);
    co_return static_cast<std::int64_t>(rows.size());
}

// The earlier day whose turn it is: a round over all of them takes as many hours as there are days.
std::optional<LocalDate> earlier_day(LocalDate first, LocalDate yesterday, Instant now)
{
    const auto days = (std::chrono::sys_days(yesterday) - std::chrono::sys_days(first)).count();
    if (days <= 0) return std::nullopt;
    const auto hour = std::chrono::floor<std::chrono::hours>(now).time_since_epoch().count();
    return add_days(first, static_cast<int>(hour % days));
}

}  // namespace

Task<std::int64_t> check_ledger(TaskContext& context, const TaskRun& run)
{
    auto& differing = known_differences();
    const LocalDate today = run.date;
    const LocalDate yesterday = add_days(today, -1);
    auto found = co_await check_days(context, yesterday, today, differing, run.deadline);

    const auto rows = co_await context.database.execute(sql::find_first_ledger_day, pg::Params(), run.deadline);
    const LocalDate first = rows.get<std::optional<LocalDate>>(0, "day").value_or(today);
    if (const auto day = earlier_day(first, yesterday, run.now))
        found += co_await check_days(context, *day, *day, differing, run.deadline);

    std::int64_t sum = 0;
    for (const auto& [day, differences] : differing) sum += differences;
    differences_gauge().Set(static_cast<double>(sum));
    co_return found;
}

void stop_telling_ledger_differences()
{
    known_differences().clear();
    differences_gauge().Set(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace herald::tasks
