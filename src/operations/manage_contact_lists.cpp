#include "operations/manage_contact_lists.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace herald
{

namespace
{

// A deleted file must not hold up an answer; what takes longer is left to the scheduled task.
constexpr std::chrono::seconds kRemovalPatience{5};

RecentJobs recent_jobs(const ContactListContext& context, const Service& owner)
{
    const LocalDate today = context.zone.date_of(context.now);
    return {context.zone.start_of(add_days(today, -owner.retention_days_email)),
            context.zone.start_of(add_days(today, -owner.retention_days_sms))};
}

Failure not_there()
{
    return fail(ErrorKind::not_found, "No result found");
}

// Whether the file is gone.
Task<bool> remove_file(pg::Database& database, ObjectStore& files, ServiceId service, ContactListId id, Instant now,
                       Deadline deadline)
{
    const auto key = contact_list_key(service, id);
    try
    {
        co_await files.remove(key, deadline);
    }
    catch (const std::exception& failure)
    {
        log::warning("the file of a deleted contact list could not be removed",
                     {{"key", key}, {"reason", failure.what()}});
        co_return false;
    }
    co_await ContactListStore(database).note_file_removed(service, id, now, deadline);
    co_return true;
}

}  // namespace

std::string contact_list_key(ServiceId service, ContactListId id)
{
    return fmt::format("service-{}-notify/{}.csv", service.to_string(), id.to_string());
}

Task<std::vector<ContactList>> list_contact_lists(ContactListContext context, Service owner)
{
    co_return co_await ContactListStore(context.database).list(owner.id, recent_jobs(context, owner), context.deadline);
}

Task<Result<ContactList>> find_contact_list(ContactListContext context, Service owner, ContactListId id)
{
    auto found =
        co_await ContactListStore(context.database).find(owner.id, id, recent_jobs(context, owner), context.deadline);
    if (!found) co_return not_there();
    co_return std::move(*found);
}

Task<Result<ContactList>> create_contact_list(ContactListContext context, Service owner, NewContactList wanted)
{
    const ContactListId id = wanted.id;
    wanted.service_id = owner.id;
    auto added = co_await ContactListStore(context.database).add(std::move(wanted), context.now, context.deadline);
    if (!added) co_return Failure(std::move(added.error()));
    co_return co_await find_contact_list(context, std::move(owner), id);
}

Task<Result<void>> delete_contact_list(ContactListContext context, Service owner, ContactListId id)
{
    const bool archived =
        co_await ContactListStore(context.database).archive(owner.id, id, context.now, context.deadline);
    if (!archived) co_return not_there();
    const auto patience = std::min(context.deadline, deadline_in(kRemovalPatience));
    co_await remove_file(context.database, context.files, owner.id, id, context.now, patience);
    co_return Result<void>();
}

Task<std::int64_t> remove_contact_list_files(pg::Database& database, ObjectStore& files, Instant now,
                                             std::int32_t batch, Deadline deadline)
{
    std::int64_t removed = 0;
    ContactListFile last;
    for (;;)
    {
        const auto left = co_await ContactListStore(database).list_files_to_remove(last, batch, deadline);
        for (const auto& file : left)
            removed += co_await remove_file(database, files, file.service_id, file.id, now, deadline) ? 1 : 0;
        if (left.size() < static_cast<std::size_t>(batch)) co_return removed;
        last = left.back();
    }
}

}  // namespace herald
