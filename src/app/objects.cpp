#include "app/objects.hpp"

#include <stdexcept>

#include "app/aws_options.hpp"
#include "objects/filesystem/filesystem_object_store.hpp"
#include "objects/s3/s3_object_store.hpp"

namespace herald
{

std::unique_ptr<ObjectStore> make_object_store(asio::any_io_executor executor, const Settings& settings, CpuPool& pool)
{
    if (settings.objects.store == "s3")
        return std::make_unique<S3ObjectStore>(std::move(executor), s3_options(settings, &variable_of_process), pool);
    if (settings.objects.folder.empty())
        throw std::invalid_argument(
            "objects.folder is not set: name a folder that all processes of the installation share, or set "
            "objects.store to s3 and objects.bucket");
    return std::make_unique<FilesystemObjectStore>(settings.objects.folder, pool);
}

}  // namespace herald
