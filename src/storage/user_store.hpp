// People. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

struct User
{
    UserId id;
    std::string name;
    std::string email_address;  // lower case, unique
    std::optional<std::string> mobile_number;
    std::string state = "active";  // pending, active, inactive
    bool platform_admin = false;
    Instant created_at{};
    std::optional<Instant> updated_at;
};

// What is to change; empty means that it stays.
struct UserChange
{
    std::optional<std::string> name;
    std::optional<std::string> email_address;
    std::optional<std::string> mobile_number;
    std::optional<std::string> state;
    std::optional<bool> platform_admin;
};

struct UserService
{
    ServiceId id;
    std::string name;
};

class UserStore
{
public:
    explicit UserStore(pg::Database& database) : database_(database) {}

    Task<std::optional<User>> find(UserId id, Deadline deadline);
    // Those that are found, in any order.
    Task<std::vector<User>> find_all(std::vector<UserId> ids, Deadline deadline);
    Task<std::optional<User>> find_by_email(std::string email_address, Deadline deadline);
    Task<std::vector<User>> list(Deadline deadline);
    // The services the user is a member of, by name.
    Task<std::vector<UserService>> list_services(UserId id, Deadline deadline);
    // conflict: somebody has that email address.
    Task<Result<void>> add(User user, Instant now, Deadline deadline);
    // The same; not_found: no such user.
    Task<Result<void>> change(UserId id, UserChange change, Instant now, Deadline deadline);

private:
    pg::Database& database_;
};

// The rows of a statement that selects a user's columns.
std::vector<User> read_users(const pg::Rows& rows);

}  // namespace herald
