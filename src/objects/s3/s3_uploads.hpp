// Objects on their way to S3: in one request when they are small, in parts when they are not.
//
// A part is 8 MiB: S3 wants 5 at the least and 10,000 parts at the most (80 GiB), and a writer holds one of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "objects/object_store.hpp"
#include "objects/s3/s3_client.hpp"

namespace herald
{

inline constexpr std::size_t kS3PartBytes = 8'388'608;

// An upload in parts that S3 has begun.
struct S3Upload
{
    std::string key;
    std::string id;
};

// Belongs to the Loop of its client, and outlives its writers.
class S3Uploads
{
public:
    explicit S3Uploads(S3Client& client) : client_(client) {}

    Task<> put(std::string key, std::string bytes, const ObjectMetadata& metadata, Deadline deadline);

    // The steps of an upload in parts. put_part() gives what complete() wants to know of it.
    Task<S3Upload> begin(std::string key, const ObjectMetadata& metadata, Deadline deadline);
    Task<std::string> put_part(const S3Upload& upload, std::size_t number, std::string bytes, Deadline deadline);
    Task<> complete(const S3Upload& upload, const std::vector<std::string>& etags, Deadline deadline);

    // Remembers that its parts are to be taken back: a destructor cannot wait for S3.
    void abandon(S3Upload upload);
    // Takes them back. What cannot be is logged and left to the bucket's own rule. Does not throw.
    Task<> take_back_abandoned(Deadline deadline);

private:
    S3Client& client_;
    std::vector<S3Upload> abandoned_;
};

class S3Writer final : public ObjectWriter
{
public:
    S3Writer(S3Uploads& uploads, std::string key, ObjectMetadata metadata)
        : uploads_(uploads), key_(std::move(key)), metadata_(std::move(metadata))
    {
    }
    ~S3Writer() override;
    S3Writer(const S3Writer&) = delete;
    S3Writer& operator=(const S3Writer&) = delete;

    Task<> write(std::string bytes, Deadline deadline) override;
    Task<> commit(Deadline deadline) override;

private:
    Task<> put_part(std::string bytes, Deadline deadline);

    S3Uploads& uploads_;
    const std::string key_;
    const ObjectMetadata metadata_;
    std::string waiting_;             // at most a part, between calls
    std::optional<S3Upload> upload_;  // begun with the first part: nullopt while all fits into one
    std::vector<std::string> etags_;  // of the parts that S3 has
};

}  // namespace herald
