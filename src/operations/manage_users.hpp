// People: create, show, change, deactivate. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/manage_context.hpp"
#include "storage/user_store.hpp"

namespace herald
{

struct NewUser
{
    std::string name;
    std::string email_address;
    std::optional<std::string> mobile_number;
    bool platform_admin = false;
};

struct UserDetails
{
    User user;
    std::vector<UserService> services;
};

// `asked`: an id or an email address. not_found says how to list them.
Task<Result<User>> resolve_user(ManageContext context, std::string asked);
// invalid_email, invalid_phone, validation (no name); conflict: the address is somebody's already.
Task<Result<User>> create_user(ManageContext context, NewUser wanted);
Task<Result<UserDetails>> describe_user(ManageContext context, std::string asked);
// The same; `change.state`: pending, active or inactive. An inactive user is nobody's allowed recipient any more.
Task<Result<User>> change_user(ManageContext context, std::string asked, UserChange change);

}  // namespace herald
