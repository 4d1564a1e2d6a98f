// Objects as files of one folder: for one machine, or for several that mount the same file system. What the files are
// is said in object_folder.hpp. The blocking work is done on the threads of a CpuPool.
//
// A list reads the names of the whole folder for each page: for housekeeping, and some hundred thousand objects.
#pragma once

#include <filesystem>

#include "objects/filesystem/object_folder.hpp"
#include "objects/object_store.hpp"
#include "runtime/cpu_pool.hpp"

namespace herald
{

class FilesystemObjectStore final : public ObjectStore
{
public:
    // Blocking: makes the folder when it is not there. Throws ObjectStoreError naming it. `pool` outlives the store.
    FilesystemObjectStore(const std::filesystem::path& folder, CpuPool& pool);

    Task<std::unique_ptr<ObjectReader>> open(std::string key, Deadline deadline) override;
    Task<std::optional<ObjectInfo>> inspect(std::string key, Deadline deadline) override;
    Task<std::unique_ptr<ObjectWriter>> create(std::string key, ObjectMetadata metadata, Deadline deadline) override;
    Task<> put(std::string key, std::string bytes, ObjectMetadata metadata, Deadline deadline) override;
    Task<> remove(std::string key, Deadline deadline) override;
    Task<ObjectPage> list(std::string prefix, std::string after, std::size_t limit, Deadline deadline) override;
    Task<> close(Deadline deadline) override;

private:
    const ObjectFolder folder_;
    CpuPool& pool_;
};

}  // namespace herald
