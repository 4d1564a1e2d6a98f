#include "app/upload_stores.hpp"

#include "app/objects.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMostWaiting = 256;

// Of an installation that has no place for files.
class NoObjectStore final : public ObjectStore
{
public:
    Task<std::unique_ptr<ObjectReader>> open(std::string, Deadline) override { throw missing(); }
    Task<std::optional<ObjectInfo>> inspect(std::string, Deadline) override { throw missing(); }
    Task<std::unique_ptr<ObjectWriter>> create(std::string, ObjectMetadata, Deadline) override { throw missing(); }
    Task<> put(std::string, std::string, ObjectMetadata, Deadline) override { throw missing(); }
    Task<> remove(std::string, Deadline) override { throw missing(); }
    Task<ObjectPage> list(std::string, std::string, std::size_t, Deadline) override { throw missing(); }
    Task<> close(Deadline) override { co_return; }

private:
    static ObjectStoreError missing() { return ObjectStoreError("objects.folder is not set"); }
};

std::unique_ptr<ObjectStore> make_store(const asio::any_io_executor& executor, const Settings& settings, CpuPool& pool)
{
    if (!has_object_store(settings)) return std::make_unique<NoObjectStore>();
    return make_object_store(executor, settings, pool);
}

}  // namespace

bool has_object_store(const Settings& settings)
{
    return settings.objects.store != "filesystem" || !settings.objects.folder.empty();
}

UploadStores::UploadStores(const asio::any_io_executor& executor, const Settings& settings)
    : pool_(1, kMostWaiting), uploads_(make_store(executor, settings, pool_))
{
    if (settings.objects.store != "s3" || settings.objects.contact_list_bucket.empty()) return;
    Settings elsewhere = settings;
    elsewhere.objects.bucket = settings.objects.contact_list_bucket;
    contact_lists_ = make_store(executor, elsewhere, pool_);
}

Task<> UploadStores::close(Deadline deadline)
{
    co_await uploads_->close(deadline);
    if (contact_lists_) co_await contact_lists_->close(deadline);
}

}  // namespace herald
