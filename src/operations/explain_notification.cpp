#include "operations/explain_notification.hpp"

#include <fmt/format.h>

#include "domain/notifications/lane.hpp"

namespace herald
{

namespace
{

std::string_view lane_name(std::int16_t lane)
{
    switch (static_cast<Lane>(lane))
    {
        case Lane::priority:
            return "priority";
        case Lane::normal:
            return "normal";
        case Lane::bulk:
            return "bulk";
        case Lane::test:
            return "test";
    }
    return "unknown";
}

}  // namespace

std::string whereabouts(const NotificationFacts& facts)
{
    const auto& place = facts.place;
    if (place.ready_lane)
        return fmt::format("waits in the {} lane for attempt {}", lane_name(*place.ready_lane),
                           place.attempt.value_or(1));
    if (place.lease_until)
        return fmt::format("a worker has it (attempt {}); should the worker have died, another takes over at {}",
                           place.attempt.value_or(1), format_v2(*place.lease_until));
    if (place.retry_at)
        return fmt::format("attempt {} is due at {}", place.attempt.value_or(1), format_v2(*place.retry_at));
    if (place.look_up_at)
        return fmt::format("waits for the receipt of {}; the provider is asked at {}",
                           facts.sent_by.value_or("the provider"), format_v2(*place.look_up_at));
    if (!is_completed(facts.status)) return "is in no queue and has no final status: please report this";
    return "nothing more will happen to it";
}

Task<Result<MessageStory>> explain_notification(ManageContext context, NotificationId id)
{
    NotificationStore notifications(context.database);
    auto facts = co_await notifications.facts(id, context.deadline);
    if (!facts)
        co_return fail(ErrorKind::not_found, "No service has a message " + id.to_string() +
                                                 "; check the id, and that this is the database it was sent from");
    MessageStory story;
    story.events = co_await notifications.events(facts->service_id, id, context.deadline);
    story.facts = std::move(*facts);
    co_return story;
}

}  // namespace herald
