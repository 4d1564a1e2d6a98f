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

}  // namespace

Task<std::int64_t> check_ledger(TaskContext& context, Instant /*now*/, Deadline deadline)
{
    static auto& gauge = metrics::gauge("herald_ledger_differences", "Counts that differed at the last self-check");
    const auto rows = co_await context.database.execute(sql::check_ledger, pg::Params(), deadline);
    gauge.Set(static_cast<double>(rows.size()));
    for (std::size_t i = 0; i < std::min(rows.size(), kMostLogged); ++i)
    {
        log::error("the ledger differs from the messages",
                   {{"service_id", rows.get<Uuid>(i, "service_id").to_string()},
                    {"local_date", format_date(rows.get<LocalDate>(i, "local_date"))},
                    {"status", rows.get<std::int16_t>(i, "status")},
                    {"messages", rows.get<std::int64_t>(i, "actual")},
                    {"ledger", rows.get<std::int64_t>(i, "counted")}});
    }
    co_return static_cast<std::int64_t>(rows.size());
}

}  // namespace herald::tasks
