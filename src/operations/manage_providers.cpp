#include "operations/manage_providers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/config.hpp"
#include "operations/manage_users.hpp"
#include "operations/provider_speeds.hpp"

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
    const auto& priority = change.update.priority;
    if (priority && (*priority < 0 || *priority > 100))
        co_return fail(ErrorKind::validation, fmt::format("A priority is from 0 to 100, not {}", *priority));
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
    const ProviderName which{picked->channel, picked->name};
    co_await providers.change(which, change.update, change.reason.value_or("changed by an operator"), author,
                              context.now, context.deadline);
    const auto after = co_await providers.list(context.deadline);
    co_return pick(after, picked->name, picked->channel);
}

Task<Result<std::vector<ProviderRow>>> list_providers(ManageContext context)
{
    ProviderStore providers(context.database);
    auto rows = co_await providers.list(context.deadline);
    for (const ProviderSpeed& speed : co_await providers.measure_speeds(context.now, context.deadline))
    {
        if (speed.minutes != kSlowMinutes) continue;
        for (ProviderRow& row : rows)
        {
            if (row.channel == Channel::sms && row.name == speed.name) row.slow_share = slow_share(speed);
        }
    }
    co_return rows;
}

Task<Result<std::vector<ProviderEvent>>> list_provider_history(ManageContext context, std::optional<std::string> name,
                                                               std::optional<Channel> channel, std::int32_t most)
{
    ProviderStore providers(context.database);
    std::optional<ProviderName> which;
    if (name)
    {
        const auto rows = co_await providers.list(context.deadline);
        const auto picked = pick(rows, *name, channel);
        if (!picked) co_return Failure(picked.error());
        which = ProviderName{picked->channel, picked->name};
    }
    co_return co_await providers.history(std::move(which), most, context.deadline);
}

}  // namespace herald
