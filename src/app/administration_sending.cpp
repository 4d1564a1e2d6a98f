// Whom messages go through, to whom not, and who is told.
#include "app/administration_impl.hpp"

namespace herald
{

Result<CallbackSet> Administration::set_callback(const std::string& service, CallbackWish wish) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    wish.allowed = callback_urls_allowed(settings_);
    return ask_for<CallbackSet>(service, [&](ManageContext context, ServiceId id)
                                { return herald::set_callback(context, id, std::move(wish)); });
}

Result<void> Administration::clear_callback(const std::string& service, const std::string& type) const
{
    return ask_for<void>(
        service, [&](ManageContext context, ServiceId id) { return herald::clear_callback(context, id, type); });
}

Result<std::vector<EndpointState>> Administration::list_callback_endpoints(
    const std::optional<std::string>& service) const
{
    if (service) return ask_for<std::vector<EndpointState>>(*service, herald::list_callback_endpoints);
    return ask<std::vector<EndpointState>>([](ManageContext context)
                                           { return herald::list_callback_endpoints(context, std::nullopt); });
}

Result<std::vector<CallbackAttempt>> Administration::list_callback_attempts(const std::string& service,
                                                                            const std::string& notification,
                                                                            std::int32_t most) const
{
    return ask_for<std::vector<CallbackAttempt>>(
        service, [&](ManageContext context, ServiceId id)
        { return herald::list_callback_attempts(context, id, notification, most); });
}

Result<std::vector<EndpointState>> Administration::resume_callbacks(const std::string& service,
                                                                    const std::string& type) const
{
    return ask_for<std::vector<EndpointState>>(
        service, [&](ManageContext context, ServiceId id) { return herald::resume_callbacks(context, id, type); });
}

Result<std::vector<ProviderRow>> Administration::list_providers() const
{
    return ask<std::vector<ProviderRow>>(herald::list_providers);
}

Result<std::vector<ProviderEvent>> Administration::list_provider_history(const std::optional<std::string>& name,
                                                                         std::optional<Channel> channel,
                                                                         std::int32_t most) const
{
    return ask<std::vector<ProviderEvent>>([&](ManageContext context)
                                           { return herald::list_provider_history(context, name, channel, most); });
}

Result<ProviderRow> Administration::change_provider(const std::string& name, std::optional<Channel> channel,
                                                    ProviderChange change) const
{
    return ask<ProviderRow>([&](ManageContext context)
                            { return herald::change_provider(context, name, channel, std::move(change)); });
}

Result<std::vector<Suppression>> Administration::list_suppressions(const std::string& service,
                                                                   SuppressionQuery query) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    return ask_for<std::vector<Suppression>>(service, [&](ManageContext context, ServiceId id)
                                             { return herald::list_suppressions(context, id, std::move(query)); });
}

Result<Suppression> Administration::add_suppression(const std::string& service, SuppressionDecision decision) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    return ask_for<Suppression>(service, [&](ManageContext context, ServiceId id)
                                { return herald::add_suppression(context, id, std::move(decision)); });
}

Result<Suppression> Administration::lift_suppression(const std::string& service, SuppressionDecision decision) const
{
    if (auto checked = need_keys(); !checked) return Failure(std::move(checked.error()));
    return ask_for<Suppression>(service, [&](ManageContext context, ServiceId id)
                                { return herald::lift_suppression(context, id, std::move(decision)); });
}

Result<MessageStory> Administration::explain_notification(const std::string& id) const
{
    const auto parsed = parse_id<NotificationId>("message", id);
    if (!parsed) return Failure(parsed.error());
    return ask<MessageStory>([&](ManageContext context) { return herald::explain_notification(context, *parsed); });
}

Result<MessageStory> Administration::cancel_notification(const std::string& id) const
{
    const auto parsed = parse_id<NotificationId>("message", id);
    if (!parsed) return Failure(parsed.error());
    return ask<MessageStory>([&](ManageContext context) { return herald::cancel_notification(context, *parsed); });
}

}  // namespace herald
