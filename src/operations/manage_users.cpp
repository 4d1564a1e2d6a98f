#include "operations/manage_users.hpp"

#include "domain/recipients/recipient.hpp"
#include "operations/manage_checks.hpp"

namespace herald
{

namespace
{

// Checks what is there and brings it into the form in which it is kept.
Result<void> normalise(UserChange& change, const std::string& default_region)
{
    if (change.name)
    {
        if (auto checked = check_name("the user", *change.name); !checked) return checked;
    }
    if (change.email_address)
    {
        auto address = parse_email_address(*change.email_address);
        if (!address) return Failure(std::move(address.error()));
        change.email_address = std::move(*address);
    }
    if (change.mobile_number)
    {
        const auto number = parse_phone_number(*change.mobile_number, default_region);
        if (!number) return Failure(number.error());
        change.mobile_number = number->e164;
    }
    if (change.state && *change.state != "active" && *change.state != "inactive" && *change.state != "pending")
        return fail(ErrorKind::validation,
                    "A user's state is active, inactive or pending, not '" + *change.state + "'");
    return {};
}

Failure no_such_user(const std::string& asked)
{
    return fail(ErrorKind::not_found, "There is no user '" + asked + "'; `herald user list` shows them all");
}

}  // namespace

Task<Result<User>> resolve_user(ManageContext context, std::string asked)
{
    UserStore users(context.database);
    std::optional<User> found;
    if (const auto id = UserId::parse(asked))
        found = co_await users.find(*id, context.deadline);
    else if (auto address = parse_email_address(asked))
        found = co_await users.find_by_email(std::move(*address), context.deadline);
    if (!found) co_return no_such_user(asked);
    co_return std::move(*found);
}

Task<Result<User>> create_user(ManageContext context, NewUser wanted)
{
    UserChange facts;
    facts.name = std::move(wanted.name);
    facts.email_address = std::move(wanted.email_address);
    facts.mobile_number = std::move(wanted.mobile_number);
    if (const auto checked = normalise(facts, context.default_region); !checked) co_return Failure(checked.error());

    User user;
    user.id = UserId{make_uuid_v4()};
    user.name = std::move(*facts.name);
    user.email_address = std::move(*facts.email_address);
    user.mobile_number = std::move(facts.mobile_number);
    user.platform_admin = wanted.platform_admin;
    user.created_at = context.now;
    UserStore users(context.database);
    auto added = co_await users.add(user, context.now, context.deadline);
    if (!added) co_return Failure(std::move(added.error()));
    co_return user;
}

Task<Result<UserDetails>> describe_user(ManageContext context, std::string asked)
{
    auto found = co_await resolve_user(context, std::move(asked));
    if (!found) co_return Failure(std::move(found.error()));
    UserStore users(context.database);
    UserDetails details;
    details.services = co_await users.list_services(found->id, context.deadline);
    details.user = std::move(*found);
    co_return details;
}

Task<Result<User>> change_user(ManageContext context, std::string asked, UserChange change)
{
    const auto found = co_await resolve_user(context, std::move(asked));
    if (!found) co_return found;
    if (const auto checked = normalise(change, context.default_region); !checked) co_return Failure(checked.error());
    UserStore users(context.database);
    auto changed = co_await users.change(found->id, std::move(change), context.now, context.deadline);
    if (!changed) co_return Failure(std::move(changed.error()));
    co_return co_await resolve_user(context, found->id.to_string());
}

}  // namespace herald
