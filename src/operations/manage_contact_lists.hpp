// Contact lists: recipients that a service keeps to send to again. Creating one notes a file that is in the object
// store already; deleting one takes the file away, too. Belongs to the Loop of its Database and object store.
#pragma once

#include <string>
#include <vector>

#include "domain/services/service.hpp"
#include "objects/object_store.hpp"
#include "storage/contact_list_store.hpp"

namespace herald
{

// References: what they name must outlive the operation. Made anew for each: `now` is decided once by the caller.
struct ContactListContext
{
    pg::Database& database;
    ObjectStore& files;
    const TimeZone& zone;
    Instant now{};
    Deadline deadline;
};

// "service-<service id>-notify/<list id>.csv": where the official admin app puts it.
std::string contact_list_key(ServiceId service, ContactListId id);

// Newest first. `owner` tells how long its messages are kept: so long a job counts as recent.
Task<std::vector<ContactList>> list_contact_lists(ContactListContext context, Service owner);
// not_found: the service has no such list, or has deleted it.
Task<Result<ContactList>> find_contact_list(ContactListContext context, Service owner, ContactListId id);
// conflict: there is, or was, one of that id. bad_request: no such user. The list as find_contact_list() gives it.
Task<Result<ContactList>> create_contact_list(ContactListContext context, Service owner, NewContactList wanted);
// It is gone for everybody when this returns. Its file goes at once if the object store can, else with
// remove_contact_list_files(). not_found as above.
Task<Result<void>> delete_contact_list(ContactListContext context, Service owner, ContactListId id);

// Takes away the files that deleted lists have left, `batch` read at once: how many. One that cannot be removed is
// logged and stays for the next time.
Task<std::int64_t> remove_contact_list_files(pg::Database& database, ObjectStore& files, Instant now,
                                             std::int32_t batch, Deadline deadline);

}  // namespace herald
