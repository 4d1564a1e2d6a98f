#include "operations/manage_callbacks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/config.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kShortestToken = 10;

Result<CallbackType> check_type(const std::string& name)
{
    if (const auto type = parse_callback_type(name)) return *type;
    const auto names = callback_type_names();
    const auto nearest = nearest_name(name, names);
    return fail(ErrorKind::validation,
                fmt::format("'{}' is not a kind of callback{}; there are {}", name,
                            nearest.empty() ? "" : ", did you mean " + nearest + "?", fmt::join(names, ", ")));
}

Result<void> check_token(const std::string& token)
{
    const bool is_printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
    if (token.size() >= kShortestToken && is_printable) return {};
    return fail(ErrorKind::validation, "The bearer token takes at least 10 printable characters without spaces");
}

Result<void> check_callback(const CallbackWish& wish)
{
    if (const auto type = check_type(wish.type); !type) return Failure(type.error());
    if (auto url = check_outbound_url(wish.url, wish.allowed); !url) return url;
    return check_token(wish.bearer_token);
}

}  // namespace

Task<Result<CallbackSet>> set_callback(ManageContext context, ServiceId service, CallbackWish wish)
{
    if (const auto checked = check_callback(wish); !checked) co_return Failure(checked.error());
    ServiceStore services(context.database, context.keys);
    CallbackSet set;
    set.signing_secret = co_await services.put_callback(service, wish.type, wish.url, std::move(wish.bearer_token),
                                                        context.now, context.deadline);
    for (auto& callback : co_await services.list_callbacks(service, context.deadline))
    {
        if (callback.type != wish.type) continue;
        set.callback = std::move(callback);
        co_return set;
    }
    co_return fail(ErrorKind::conflict, "The callback was cleared by somebody else at the same time; set it again");
}

Task<Result<void>> clear_callback(ManageContext context, ServiceId service, std::string type)
{
    if (const auto checked = check_type(type); !checked) co_return Failure(checked.error());
    ServiceStore services(context.database, context.keys);
    if (!co_await services.remove_callback(service, type, context.deadline))
        co_return fail(ErrorKind::not_found,
                       "The service has no callback '" + type + "'; `herald service show` lists what is set");
    co_return Result<void>();
}

Task<Result<std::vector<EndpointState>>> list_callback_endpoints(ManageContext context,
                                                                 std::optional<ServiceId> service)
{
    co_return co_await CallbackStore(context.database).list_endpoints(service, context.deadline);
}

Task<Result<std::vector<EndpointState>>> resume_callbacks(ManageContext context, ServiceId service, std::string type)
{
    std::optional<CallbackType> one;
    if (!type.empty())
    {
        const auto checked = check_type(type);
        if (!checked) co_return Failure(checked.error());
        one = *checked;
    }
    CallbackStore callbacks(context.database);
    if (co_await callbacks.resume(service, one, context.deadline) == 0)
        co_return fail(ErrorKind::not_found, "Nothing of this service is paused; `herald callback list` shows what is");
    co_return co_await callbacks.list_endpoints(service, context.deadline);
}

Task<Result<std::vector<CallbackAttempt>>> list_callback_attempts(ManageContext context, ServiceId service,
                                                                  std::string notification, std::int32_t most)
{
    std::optional<NotificationId> one;
    if (!notification.empty())
    {
        one = NotificationId::parse(notification);
        if (!one) co_return fail(ErrorKind::validation, "'" + notification + "' is not the id of a message");
    }
    co_return co_await CallbackStore(context.database).list_attempts(service, one, most, context.deadline);
}

}  // namespace herald
