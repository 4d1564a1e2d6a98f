#include "objects/filesystem/filesystem_object_store.hpp"

#include "objects/object_request.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kBlockBytes = 262'144;  // read and written at once

// What `work` gives, counted; begun by `deadline` or not at all. `pool` and `work` outlive the task.
template <class Work>
Task<std::invoke_result_t<Work&>> run(CpuPool& pool, ObjectOperation operation, Work& work, Deadline deadline)
{
    require_time(deadline);
    ObjectRequest request(operation);
    if constexpr (std::is_void_v<std::invoke_result_t<Work&>>)
    {
        co_await pool.run(std::ref(work));
        request.succeeded();
    }
    else
    {
        auto value = co_await pool.run(std::ref(work));
        request.succeeded();
        co_return value;
    }
}

class FileReader final : public ObjectReader
{
public:
    FileReader(ObjectFile object, CpuPool& pool) : object_(std::move(object)), pool_(pool) {}

    [[nodiscard]] const ObjectInfo& info() const override { return object_.info; }

    Task<std::string> read(Deadline deadline) override
    {
        if (position_ == object_.info.size) co_return std::string();
        const auto work = [this]
        {
            return object_.read(position_, kBlockBytes);
        };
        auto bytes = co_await run(pool_, ObjectOperation::read, work, deadline);
        position_ += bytes.size();
        co_return bytes;
    }

private:
    const ObjectFile object_;
    CpuPool& pool_;
    std::uint64_t position_ = 0;
};

class FileWriter final : public ObjectWriter
{
public:
    FileWriter(std::unique_ptr<NewObjectFile> file, CpuPool& pool) : file_(std::move(file)), pool_(pool) {}

    Task<> write(std::string bytes, Deadline deadline) override
    {
        waiting_ += bytes;
        if (waiting_.size() < kBlockBytes) co_return;
        const auto work = [this]
        {
            file_->append(waiting_);
        };
        co_await run(pool_, ObjectOperation::write, work, deadline);
        waiting_.clear();
    }

    Task<> commit(Deadline deadline) override
    {
        const auto work = [this]
        {
            file_->append(waiting_);
            file_->commit();
        };
        co_await run(pool_, ObjectOperation::write, work, deadline);
    }

private:
    const std::unique_ptr<NewObjectFile> file_;
    CpuPool& pool_;
    std::string waiting_;
};

}  // namespace

FilesystemObjectStore::FilesystemObjectStore(const std::filesystem::path& folder, CpuPool& pool)
    : folder_(folder), pool_(pool)
{
}

Task<std::unique_ptr<ObjectReader>> FilesystemObjectStore::open(std::string key, Deadline deadline)
{
    require_object_key(key);
    const auto work = [this, &key]
    {
        return folder_.open(key);
    };
    auto object = co_await run(pool_, ObjectOperation::read, work, deadline);
    if (!object)
    {
        log_absent_object(key);
        co_return nullptr;
    }
    co_return std::make_unique<FileReader>(*std::move(object), pool_);
}

Task<std::optional<ObjectInfo>> FilesystemObjectStore::inspect(std::string key, Deadline deadline)
{
    require_object_key(key);
    const auto work = [this, &key]
    {
        return folder_.open(key);
    };
    auto object = co_await run(pool_, ObjectOperation::inspect, work, deadline);
    if (!object) co_return std::nullopt;
    co_return std::move(object->info);
}

Task<std::unique_ptr<ObjectWriter>> FilesystemObjectStore::create(std::string key, ObjectMetadata metadata,
                                                                  Deadline deadline)
{
    require_object_key(key);
    require_object_metadata(metadata);
    const auto work = [this, &key, &metadata]
    {
        return std::make_unique<NewObjectFile>(folder_, key, metadata);
    };
    auto file = co_await run(pool_, ObjectOperation::write, work, deadline);
    co_return std::make_unique<FileWriter>(std::move(file), pool_);
}

Task<> FilesystemObjectStore::put(std::string key, std::string bytes, ObjectMetadata metadata, Deadline deadline)
{
    require_object_key(key);
    require_object_metadata(metadata);
    const auto work = [this, &key, &bytes, &metadata]
    {
        NewObjectFile file(folder_, key, metadata);
        file.append(bytes);
        file.commit();
    };
    co_await run(pool_, ObjectOperation::write, work, deadline);
}

Task<> FilesystemObjectStore::remove(std::string key, Deadline deadline)
{
    require_object_key(key);
    const auto work = [this, &key]
    {
        folder_.remove(key);
    };
    co_await run(pool_, ObjectOperation::remove, work, deadline);
}

Task<ObjectPage> FilesystemObjectStore::list(std::string prefix, std::string after, std::size_t limit,
                                             Deadline deadline)
{
    require_list_limit(limit);
    const auto work = [this, &prefix, &after, limit]
    {
        return folder_.list(prefix, after, limit);
    };
    co_return co_await run(pool_, ObjectOperation::list, work, deadline);
}

Task<> FilesystemObjectStore::close(Deadline)
{
    co_return;  // an abandoned writer removes its file itself
}

}  // namespace herald
