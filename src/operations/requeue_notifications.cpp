#include "operations/requeue_notifications.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "sql/queries.hpp"

namespace herald
{

namespace
{

struct Suspicion
{
    Uuid service;
    Uuid first;
    Uuid end;
};

Task<std::vector<Suspicion>> find_suspicions(pg::Database& database, const TimeZone& zone, RequeueOrder order,
                                             Deadline deadline)
{
    std::vector<LocalDate> dates;
    std::vector<Uuid> first;
    std::vector<Uuid> end;
    for (std::int32_t back = order.days - 1; back >= 0; --back)
    {
        const LocalDate date = add_days(order.last, -back);
        dates.push_back(date);
        first.push_back(uuid_v7_floor(zone.start_of(date)));
        end.push_back(uuid_v7_floor(zone.start_of(add_days(date, 1))));
    }
    auto params = pg::Params::of(dates, first, end);
    const auto rows = co_await database.execute(sql::find_lost_notifications, std::move(params), deadline);
    std::vector<Suspicion> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        found[i].service = rows.get<Uuid>(i, "service_id");
        found[i].first = rows.get<Uuid>(i, "first_id");
        found[i].end = rows.get<Uuid>(i, "end_id");
    }
    co_return found;
}

Task<std::int64_t> requeue_batch(pg::Database& database, Suspicion where, RequeueOrder order, Deadline deadline)
{
    const Uuid end = std::min(where.end, uuid_v7_floor(order.now - order.min_age));
    std::vector<std::pair<pg::Statement, pg::Params>> statements;
    statements.emplace_back(sql::lock_requeueing, pg::Params());
    statements.emplace_back(sql::requeue_notifications,
                            pg::Params::of(where.service, where.first, end, order.batch, order.now));
    const auto answers = co_await database.execute_together(std::move(statements), deadline);
    co_return answers[1].affected();
}

}  // namespace

Task<std::int64_t> requeue_notifications(pg::Database& database, const TimeZone& zone, RequeueOrder order,
                                         Deadline deadline)
{
    std::int64_t requeued = 0;
    for (const Suspicion& where : co_await find_suspicions(database, zone, order, deadline))
    {
        std::int64_t of_these = 0;
        for (std::int64_t put_back = order.batch; put_back >= order.batch; of_these += put_back)
            put_back = co_await requeue_batch(database, where, order, deadline);
        if (of_these > 0)
            log::error("messages had fallen out of the queue and were put back",
                       {{"service_id", where.service.to_string()}, {"messages", of_these}});
        requeued += of_these;
    }
    co_return requeued;
}

}  // namespace herald
