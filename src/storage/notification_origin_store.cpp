#include "storage/notification_origin_store.hpp"

#include <set>

#include "sql/queries.hpp"

namespace herald
{

namespace
{

// Few people send many messages.
Task<std::map<UserId, User>> find_authors(pg::Database& database, const pg::Rows& rows, Deadline deadline)
{
    std::set<UserId> ids;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        if (const auto id = rows.get<std::optional<Uuid>>(i, "created_by_id")) ids.insert(UserId{*id});
    }
    std::map<UserId, User> authors;
    if (ids.empty()) co_return authors;
    std::vector<UserId> wanted(ids.begin(), ids.end());
    auto users = co_await UserStore(database).find_all(std::move(wanted), deadline);
    for (auto& user : users) authors.emplace(user.id, std::move(user));
    co_return authors;
}

}  // namespace

Task<std::map<NotificationId, NotificationOrigin>> NotificationOriginStore::list(ServiceId service,
                                                                                 std::vector<NotificationId> ids,
                                                                                 Deadline deadline)
{
    std::map<NotificationId, NotificationOrigin> found;
    if (ids.empty()) co_return found;
    std::vector<Uuid> wanted;
    wanted.reserve(ids.size());
    for (const auto& id : ids) wanted.push_back(id.value);
    const auto rows =
        co_await database_.execute(sql::list_notification_origins, pg::Params::of(service, wanted), deadline);
    const auto authors = co_await find_authors(database_, rows, deadline);
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        NotificationOrigin origin;
        const auto author = rows.get<std::optional<Uuid>>(i, "created_by_id");
        if (const auto user = author ? authors.find(UserId{*author}) : authors.end(); user != authors.end())
            origin.created_by = user->second;
        origin.api_key_name = rows.get<std::optional<std::string>>(i, "api_key_name");
        origin.phone_prefix = rows.get<std::optional<std::string>>(i, "phone_prefix");
        origin.rate_multiplier = rows.get<std::int16_t>(i, "rate_multiplier");
        found.emplace(NotificationId{rows.get<Uuid>(i, "id")}, std::move(origin));
    }
    co_return found;
}

}  // namespace herald
