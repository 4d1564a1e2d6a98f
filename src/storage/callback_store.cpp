#include "storage/callback_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

std::optional<std::string> name_of(std::optional<CallbackType> type)
{
    if (!type) return std::nullopt;
    return std::string(to_string(*type));
}

}  // namespace

CallbackType read_callback_type(const pg::Rows& rows, std::size_t i)
{
    // The column has a CHECK; a task's type is one that some service had set.
    return parse_callback_type(rows.get<std::string>(i, "callback_type")).value_or(CallbackType::delivery_status);
}

Task<std::vector<EndpointState>> CallbackStore::list_endpoints(std::optional<ServiceId> service, Deadline deadline)
{
    auto params = pg::Params::of(service, kMostWaiting);
    const auto rows = co_await database_.execute(sql::list_callback_endpoints, std::move(params), deadline);
    std::vector<EndpointState> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        found[i].service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
        found[i].service_name = rows.get<std::string>(i, "service_name");
        found[i].type = read_callback_type(rows, i);
        found[i].url = rows.get<std::string>(i, "url");
        found[i].failures = rows.get<std::int32_t>(i, "failures");
        found[i].failing_since = rows.get<std::optional<Instant>>(i, "failing_since");
        found[i].paused_since = rows.get<std::optional<Instant>>(i, "paused_since");
        found[i].probe_at = rows.get<std::optional<Instant>>(i, "probe_at");
        found[i].waiting = rows.get<std::int64_t>(i, "waiting");
    }
    co_return found;
}

Task<std::vector<CallbackAttempt>> CallbackStore::list_attempts(ServiceId service,
                                                                std::optional<NotificationId> notification,
                                                                std::int32_t most, Deadline deadline)
{
    auto params = pg::Params::of(service, notification, most);
    const auto rows = co_await database_.execute(sql::list_callback_attempts, std::move(params), deadline);
    std::vector<CallbackAttempt> found(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        found[i].at = rows.get<Instant>(i, "at");
        found[i].type = read_callback_type(rows, i);
        found[i].subject_id = rows.get<Uuid>(i, "subject_id");
        if (const auto id = rows.get<std::optional<Uuid>>(i, "notification_id"))
            found[i].notification_id = NotificationId{*id};
        found[i].attempt = rows.get<std::int16_t>(i, "attempt");
        found[i].outcome = static_cast<CallbackOutcome>(rows.get<std::int16_t>(i, "outcome"));
        found[i].status = rows.get<std::optional<std::int16_t>>(i, "status");
        found[i].took = milliseconds(rows.get<std::int32_t>(i, "milliseconds"));
        found[i].detail = rows.get<std::optional<std::string>>(i, "detail").value_or("");
    }
    co_return found;
}

Task<std::int64_t> CallbackStore::resume(ServiceId service, std::optional<CallbackType> type, Deadline deadline)
{
    auto params = pg::Params::of(service, name_of(type));
    const auto done = co_await database_.execute(sql::resume_callbacks, std::move(params), deadline);
    co_return done.affected();
}

}  // namespace herald
