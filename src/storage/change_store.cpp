#include "storage/change_store.hpp"

#include "sql/queries.hpp"
#include "storage/read_as_tenant.hpp"

namespace herald
{

namespace
{

// Of which none is a horizon: then some transaction runs for long, and more of them would say nothing.
constexpr std::int64_t kMostMarks = 32;

Change read_change(const pg::Rows& rows, std::size_t i)
{
    Change change;
    change.seq = rows.get<std::int64_t>(i, "seq");
    change.at = rows.get<Instant>(i, "at");
    change.notification_id = NotificationId{rows.get<Uuid>(i, "notification_id")};
    change.status = static_cast<NotificationStatus>(rows.get<std::int16_t>(i, "status"));
    change.template_id = TemplateId{rows.get<Uuid>(i, "template_id")};
    change.template_version = rows.get<std::int32_t>(i, "template_version");
    change.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    change.client_reference = rows.get<std::optional<std::string>>(i, "client_reference");
    return change;
}

}  // namespace

Task<ChangeState> ChangeStore::state(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::read_change_horizon, pg::Params(), deadline);
    ChangeState state;
    state.at = rows.get<Instant>(0, "at");
    state.lineage = rows.get<std::string>(0, "lineage");
    state.drawn = rows.get<std::int64_t>(0, "drawn");
    state.marked = rows.get<std::optional<std::int64_t>>(0, "marked");
    state.settled = rows.get<std::optional<std::int64_t>>(0, "settled");
    state.settled_at = rows.get<std::optional<Instant>>(0, "settled_at");
    state.waiting_since = rows.get<std::optional<Instant>>(0, "waiting_since");
    state.kept_since = rows.get<std::optional<LocalDate>>(0, "kept_since");
    co_return state;
}

Task<> ChangeStore::mark(ChangeState state, Deadline deadline)
{
    auto params = pg::Params::of(state.drawn, state.settled.value_or(0), kMostMarks);
    co_await database_.execute(sql::add_change_mark, std::move(params), deadline);
}

Task<ExaminedChanges> ChangeStore::list(ServiceId service, ChangeFilter filter, ChangePlace after, std::int64_t up_to,
                                        Instant before, std::int32_t count, Deadline deadline)
{
    auto params = pg::Params::of(service, after.seq, up_to, after.at - kClockSlack, before, count,
                                 static_cast<std::int16_t>(filter.key_type), filter.include_jobs);
    const auto rows = co_await read_as_tenant(database_, service, sql::list_changes, std::move(params), deadline);
    ExaminedChanges found;
    found.last = after;
    if (rows.empty()) co_return found;
    const std::size_t end = rows.size() - 1;
    found.last = {rows.get<std::int64_t>(end, "seq"), rows.get<Instant>(end, "at")};
    found.examined = rows.get<std::int64_t>(end, "examined");
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows.get<bool>(i, "is_shown")) found.shown.push_back(read_change(rows, i));
    co_return found;
}

Task<std::vector<std::size_t>> ChangeStore::changed(std::vector<ChangeWait> waiting, std::int64_t up_to, Instant before,
                                                    Deadline deadline)
{
    std::vector<Uuid> services;
    std::vector<std::int64_t> numbers;
    std::vector<Instant> since;
    for (const auto& [service, after] : waiting)
    {
        services.push_back(service.value);
        numbers.push_back(after.seq);
        since.push_back(after.at - kClockSlack);
    }
    auto params = pg::Params::of(services, numbers, since, up_to, before);
    const auto rows = co_await database_.execute(sql::list_changed_places, std::move(params), deadline);
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < rows.size(); ++i)
        places.push_back(static_cast<std::size_t>(rows.get<std::int64_t>(i, "place")) - 1);
    co_return places;
}

}  // namespace herald
