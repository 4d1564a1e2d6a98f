#include "storage/contact_list_store.hpp"

#include "sql/queries.hpp"
#include "storage/read_as_tenant.hpp"

namespace herald
{

namespace
{

ContactList read_contact_list(const pg::Rows& rows, std::size_t i)
{
    ContactList list;
    list.id = ContactListId{rows.get<Uuid>(i, "id")};
    list.original_file_name = rows.get<std::string>(i, "original_file_name");
    list.row_count = rows.get<std::int32_t>(i, "row_count");
    list.channel = static_cast<Channel>(rows.get<std::int16_t>(i, "channel"));
    list.created_at = rows.get<Instant>(i, "created_at");
    list.created_by_name = rows.get<std::optional<std::string>>(i, "created_by_name");
    list.has_jobs = rows.get<bool>(i, "has_jobs");
    list.recent_job_count = rows.get<std::int64_t>(i, "recent_job_count");
    return list;
}

Failure refused(const pg::SqlError& error)
{
    if (error.constraint == "contact_lists_service_id_fkey") return fail(ErrorKind::not_found, "No result found");
    return fail(ErrorKind::bad_request, "There is no such user");
}

}  // namespace

// Behind row security, as the tenant.
Task<std::vector<ContactList>> ContactListStore::read(ServiceId service, std::optional<ContactListId> id,
                                                      RecentJobs recent, Deadline deadline)
{
    auto params = pg::Params::of(service, id, recent.email, recent.sms, kMostShown);
    const auto rows = co_await read_as_tenant(database_, service, sql::list_contact_lists, std::move(params), deadline);
    std::vector<ContactList> found;
    found.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(read_contact_list(rows, i));
    co_return found;
}

Task<std::vector<ContactList>> ContactListStore::list(ServiceId service, RecentJobs recent, Deadline deadline)
{
    co_return co_await read(service, std::nullopt, recent, deadline);
}

Task<std::optional<ContactList>> ContactListStore::find(ServiceId service, ContactListId id, RecentJobs recent,
                                                        Deadline deadline)
{
    auto found = co_await read(service, id, recent, deadline);
    if (found.empty()) co_return std::nullopt;
    co_return std::move(found.front());
}

Task<Result<void>> ContactListStore::add(NewContactList wanted, Instant now, Deadline deadline)
{
    auto params = pg::Params::of(wanted.service_id, wanted.id, wanted.original_file_name, wanted.row_count,
                                 static_cast<std::int16_t>(wanted.channel), wanted.created_by, now);
    try
    {
        const auto rows = co_await database_.execute(sql::add_contact_list, std::move(params), deadline);
        if (rows.empty()) co_return fail(ErrorKind::conflict, "There is a contact list of that id");
        co_return Result<void>();
    }
    catch (const pg::SqlError& error)
    {
        if (error.sqlstate != "23503") throw;
        co_return refused(error);
    }
}

Task<bool> ContactListStore::archive(ServiceId service, ContactListId id, Instant now, Deadline deadline)
{
    const auto rows = co_await database_.execute(sql::archive_contact_list, pg::Params::of(service, id, now), deadline);
    co_return !rows.empty();
}

Task<std::vector<ContactListFile>> ContactListStore::list_files_to_remove(ContactListFile after, std::int32_t most,
                                                                          Deadline deadline)
{
    auto params = pg::Params::of(after.archived_at, after.id, most);
    const auto rows = co_await database_.execute(sql::list_contact_list_files, std::move(params), deadline);
    std::vector<ContactListFile> files(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
    {
        files[i].service_id = ServiceId{rows.get<Uuid>(i, "service_id")};
        files[i].id = ContactListId{rows.get<Uuid>(i, "id")};
        files[i].archived_at = rows.get<Instant>(i, "archived_at");
    }
    co_return files;
}

Task<> ContactListStore::note_file_removed(ServiceId service, ContactListId id, Instant now, Deadline deadline)
{
    co_await database_.execute(sql::note_contact_list_file_removed, pg::Params::of(service, id, now), deadline);
}

}  // namespace herald
