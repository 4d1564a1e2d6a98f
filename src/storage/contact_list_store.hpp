// Contact lists: what is known about the files of recipients that services keep. Belongs to the Loop of its Database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/uuid.hpp"
#include "domain/notifications/notification.hpp"
#include "storage/pg/database.hpp"

namespace herald
{

using ContactListId = Id<struct ContactListTag>;

struct NewContactList
{
    ServiceId service_id;
    ContactListId id;
    std::string original_file_name;
    std::int32_t row_count = 0;
    Channel channel = Channel::sms;
    UserId created_by;
};

struct ContactList
{
    ContactListId id;
    std::string original_file_name;
    std::int32_t row_count = 0;
    Channel channel = Channel::sms;
    Instant created_at{};
    std::optional<std::string> created_by_name;
    bool has_jobs = false;  // ever sent to
    std::int64_t recent_job_count = 0;
};

// From when on a job counts as recent: while its messages are kept.
struct RecentJobs
{
    Instant email;
    Instant sms;
};

// A file that is to go because its list was deleted.
struct ContactListFile
{
    ServiceId service_id;
    ContactListId id;
    Instant archived_at{};
};

class ContactListStore
{
public:
    // Nobody has so many, and the answer that they are for has no pages.
    static constexpr std::int32_t kMostShown = 1000;

    explicit ContactListStore(pg::Database& database) : database_(database) {}

    // Newest first, kMostShown of them.
    Task<std::vector<ContactList>> list(ServiceId service, RecentJobs recent, Deadline deadline);
    // nullopt: the service has no such list, or has deleted it.
    Task<std::optional<ContactList>> find(ServiceId service, ContactListId id, RecentJobs recent, Deadline deadline);
    // conflict: there is, or was, one of that id. not_found: no such service. bad_request: no such user.
    Task<Result<void>> add(NewContactList wanted, Instant now, Deadline deadline);
    // False: the service has no such list, or has deleted it.
    Task<bool> archive(ServiceId service, ContactListId id, Instant now, Deadline deadline);

    // Across services, in the order in which they were deleted, behind `after`.
    Task<std::vector<ContactListFile>> list_files_to_remove(ContactListFile after, std::int32_t most,
                                                            Deadline deadline);
    Task<> note_file_removed(ServiceId service, ContactListId id, Instant now, Deadline deadline);

private:
    Task<std::vector<ContactList>> read(ServiceId service, std::optional<ContactListId> id, RecentJobs recent,
                                        Deadline deadline);

    pg::Database& database_;
};

}  // namespace herald
