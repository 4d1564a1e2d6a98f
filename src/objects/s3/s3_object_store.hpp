// Objects in a bucket of S3, or of a server that speaks as it does.
//
// An object is read in ranges of 4 MiB, each bound by If-Match to the version that was opened: so a reader holds no
// connection while its caller thinks (no back-pressure to pass on), a range that is cut off is asked for again, and the
// first answer carries size and metadata. A small object, which nearly all are, is one request.
//
// What is particular to S3: modified_at is of whole seconds; an empty object is two requests, because S3 has no range
// of nothing; who may not list the bucket (s3:ListBucket) is told 403 of an object that is not there, and so is the
// caller.
#pragma once

#include "objects/object_store.hpp"
#include "objects/s3/s3_client.hpp"
#include "objects/s3/s3_uploads.hpp"

namespace herald
{

class S3ObjectStore final : public ObjectStore
{
public:
    // Throws std::invalid_argument when check(options) fails. Nothing is asked of S3 yet. `pool` outlives the store.
    S3ObjectStore(asio::any_io_executor executor, S3Options options, CpuPool& pool);

    Task<std::unique_ptr<ObjectReader>> open(std::string key, Deadline deadline) override;
    Task<std::optional<ObjectInfo>> inspect(std::string key, Deadline deadline) override;
    Task<std::unique_ptr<ObjectWriter>> create(std::string key, ObjectMetadata metadata, Deadline deadline) override;
    Task<> put(std::string key, std::string bytes, ObjectMetadata metadata, Deadline deadline) override;
    Task<> remove(std::string key, Deadline deadline) override;
    Task<ObjectPage> list(std::string prefix, std::string after, std::size_t limit, Deadline deadline) override;
    Task<> close(Deadline deadline) override;

private:
    S3Client client_;
    S3Uploads uploads_;
};

}  // namespace herald
