// Where the files of recipients are that people upload: of jobs, and of contact lists. They may be in a bucket of their
// own, as the admin app has it.
#pragma once

#include <memory>

#include "base/settings.hpp"
#include "objects/object_store.hpp"
#include "runtime/cpu_pool.hpp"

namespace herald
{

// Whether the settings name a place for objects at all.
bool has_object_store(const Settings& settings);

// Belongs to the Loop of `executor`. Without a place for objects whatever is asked of it throws.
class UploadStores
{
public:
    UploadStores(const asio::any_io_executor& executor, const Settings& settings);

    ObjectStore& uploads() { return *uploads_; }
    ObjectStore& contact_lists() { return contact_lists_ ? *contact_lists_ : *uploads_; }
    // As ObjectStore::close(), of both.
    Task<> close(Deadline deadline);

private:
    CpuPool pool_;  // of their own: files are read, written and flushed on it
    std::unique_ptr<ObjectStore> uploads_;
    std::unique_ptr<ObjectStore> contact_lists_;  // nullptr: in the same place
};

}  // namespace herald
