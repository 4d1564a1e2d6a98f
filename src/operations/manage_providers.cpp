#include "operations/manage_providers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/config.hpp"
#include "operations/manage_users.hpp"

namespace herald
{

namespace
{

Result<ProviderRow> pick(const std::vector<ProviderRow>& rows, const std::string& name, std::optional<Channel> channel)
{
    std::vector<ProviderRow> found;
    std::vector<std::string> names;
    for (const auto& row : rows)
    {
        names.push_back(row.name);
        if (row.name == name && (!channel || row.channel == *channel)) found.push_back(row);
    }
    if (found.size() == 1) return found.front();
    if (found.size() > 1)
        return fail(ErrorKind::validation,
                    fmt::format("'{}' carries emails and text messages; say which with --channel", name));
    const auto nearest = nearest_name(name, names);
    return fail(ErrorKind::not_found,
                fmt::format("There is no provider '{}'{}; `herald provider list` shows them all", name,
                            nearest.empty() || nearest == name ? "" : ", did you mean " + nearest + "?"));
}

}  // namespace

Task<Result<ProviderRow>> change_provider(ManageContext context, std::string name, std::optional<Channel> channel,
                                          ProviderChange change)
{
    if (change.priority && (*change.priority < 0 || *change.priority > 100))
        co_return fail(ErrorKind::validation, fmt::format("A priority is from 0 to 100, not {}", *change.priority));
    std::optional<UserId> author;
    if (change.author)
    {
        const auto user = co_await resolve_user(context, std::move(*change.author));
        if (!user) co_return Failure(user.error());
        author = user->id;
    }
    ProviderStore providers(context.database);
    const auto before = co_await providers.list(context.deadline);
    const auto picked = pick(before, name, channel);
    if (!picked) co_return picked;
    co_await providers.change(picked->channel, picked->name, change.priority, change.active, author, context.now,
                              context.deadline);
    const auto after = co_await providers.list(context.deadline);
    co_return pick(after, picked->name, picked->channel);
}

}  // namespace herald
