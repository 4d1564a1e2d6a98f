#include "operations/cancel_notification.hpp"

#include "sql/queries.hpp"

namespace herald
{

namespace
{

// The mover of retries may take the message to its lane at that very moment: the next look finds it there.
constexpr int kLooks = 2;

}  // namespace

Task<Result<void>> cancel_notification(pg::Database& database, ServiceId service, NotificationId id,
                                       std::optional<KeyType> sent_with, Instant now, Deadline deadline)
{
    const auto key_type = sent_with ? std::optional(static_cast<std::int16_t>(*sent_with)) : std::nullopt;
    for (int look = 1; look <= kLooks; ++look)
    {
        auto params = pg::Params::of(service, id, key_type, now);
        const auto rows = co_await database.execute(sql::cancel_notification, std::move(params), deadline);
        if (rows.empty()) co_return fail(ErrorKind::not_found, "No result found");
        if (rows.get<bool>(0, "is_cancelled")) co_return Result<void>();
        if (!rows.get<bool>(0, "is_scheduled"))
            co_return fail(ErrorKind::conflict, "Only a message that is scheduled for later can be cancelled");
        const auto status = static_cast<NotificationStatus>(rows.get<std::int16_t>(0, "status"));
        if (status == NotificationStatus::cancelled) co_return Result<void>();
        if (status != NotificationStatus::created) break;
    }
    co_return fail(ErrorKind::conflict, "The message is being sent already and can no longer be cancelled");
}

Task<Result<MessageStory>> cancel_notification(ManageContext context, NotificationId id)
{
    const auto before = co_await explain_notification(context, id);
    if (!before) co_return before;
    const auto cancelled = co_await cancel_notification(context.database, before->facts.service_id, id, std::nullopt,
                                                        context.now, context.deadline);
    if (!cancelled) co_return Failure(cancelled.error());
    co_return co_await explain_notification(context, id);
}

}  // namespace herald
