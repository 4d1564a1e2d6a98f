#include "storage/user_store.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

std::optional<User> first_user(const pg::Rows& rows)
{
    if (rows.empty()) return std::nullopt;
    return read_users(rows).front();
}

Failure taken()
{
    return fail(ErrorKind::conflict, "There is a user with this email address already; `herald user list` shows them");
}

}  // namespace

std::vector<User> read_users(const pg::Rows& rows)
{
    std::vector<User> users;
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        User user;
        user.id = UserId{rows.get<Uuid>(i, "id")};
        user.name = rows.get<std::string>(i, "name");
        user.email_address = rows.get<std::string>(i, "email_address");
        user.mobile_number = rows.get<std::optional<std::string>>(i, "mobile_number");
        user.state = rows.get<std::string>(i, "state");
        user.platform_admin = rows.get<bool>(i, "platform_admin");
        user.created_at = rows.get<Instant>(i, "created_at");
        user.updated_at = rows.get<std::optional<Instant>>(i, "updated_at");
        users.push_back(std::move(user));
    }
    return users;
}

Task<std::optional<User>> UserStore::find(UserId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::get_user, pg::Params::of(id), deadline);
    co_return first_user(rows);
}

Task<std::vector<User>> UserStore::find_all(std::vector<UserId> ids, Deadline deadline)
{
    std::vector<Uuid> wanted;
    wanted.reserve(ids.size());
    for (const UserId& id : ids) wanted.push_back(id.value);
    const auto rows = co_await database_.execute(sql::list_users_by_id, pg::Params::of(wanted), deadline);
    co_return read_users(rows);
}

Task<std::optional<User>> UserStore::find_by_email(std::string email_address, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::find_user_by_email, pg::Params::of(email_address), deadline);
    co_return first_user(rows);
}

Task<std::vector<User>> UserStore::list(Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_users, pg::Params(), deadline);
    co_return read_users(rows);
}

Task<std::vector<UserService>> UserStore::list_services(UserId id, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::list_user_services, pg::Params::of(id), deadline);
    std::vector<UserService> found;
    for (std::size_t i = 0; i < rows.size(); ++i)
        found.push_back({ServiceId{rows.get<Uuid>(i, "id")}, rows.get<std::string>(i, "name")});
    co_return found;
}

Task<Result<void>> UserStore::add(User user, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(user.id, user.name, user.email_address, user.mobile_number, user.platform_admin, now);
    try
    {
        co_await database_.execute(sql::add_user, std::move(params), deadline);
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_unique_violation()) throw;
        co_return taken();
    }
    co_return Result<void>();
}

Task<Result<void>> UserStore::change(UserId id, UserChange change, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(id, change.name, change.email_address, change.mobile_number, change.state,
                                 change.platform_admin, now);
    try
    {
        const auto rows = co_await database_.execute(sql::change_user, std::move(params), deadline);
        if (rows.affected() == 0) co_return fail(ErrorKind::not_found, "There is no user " + id.to_string());
    }
    catch (const pg::SqlError& error)
    {
        if (!error.is_unique_violation()) throw;
        co_return taken();
    }
    co_return Result<void>();
}

}  // namespace herald
