#include "objects/s3/s3_object_store.hpp"

#include <fmt/format.h>

#include "objects/object_request.hpp"
#include "objects/s3/s3_answers.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kRangeBytes = kMaxObjectChunk;
constexpr std::size_t kMaxListBytes = 2'097'152;  // of 1000 objects: 2 KB each
constexpr int kNotFound = 404;
constexpr int kReplaced = 412;
constexpr int kNoSuchRange = 416;

S3Options checked(S3Options options)
{
    if (const auto ok = check(options); !ok) throw std::invalid_argument(ok.error().message);
    return options;
}

// The bytes from `first` on, at most kRangeBytes, of the version `etag`; empty: of the one that is there.
S3Call range_call(std::string key, std::uint64_t first, const std::string& etag)
{
    S3Call call(ObjectOperation::read, "GET", std::move(key));
    call.headers.emplace_back("Range", fmt::format("bytes={}-{}", first, first + kRangeBytes - 1));
    if (!etag.empty()) call.headers.emplace_back("If-Match", etag);
    call.max_answer_bytes = kRangeBytes;
    return call;
}

// Whether it says that there is no such object. A missing bucket is a 404 too, and not the caller's business: raised.
// The answer to a HEAD has no body to tell them apart.
bool is_absent(const HttpResponse& response)
{
    if (response.status != kNotFound) return false;
    const auto code = read_s3_error(response.body);
    if (code.empty() || code == "NoSuchKey") return true;
    throw ObjectStoreError(fmt::format("reading an object in S3: {} {}", response.status, code));
}

[[noreturn]] void raise_unreadable()
{
    throw ObjectStoreError("reading an object in S3: the answer is not one of S3's");
}

[[noreturn]] void raise_replaced()
{
    throw ObjectStoreError("reading an object in S3: it was replaced or removed meanwhile");
}

class S3Reader final : public ObjectReader
{
public:
    S3Reader(S3Client& client, std::string key, S3Object object, std::string first)
        : client_(client), key_(std::move(key)), object_(std::move(object)), first_(std::move(first))
    {
    }

    [[nodiscard]] const ObjectInfo& info() const override { return object_.info; }

    Task<std::string> read(Deadline deadline) override
    {
        std::string bytes = std::exchange(first_, {});
        if (bytes.empty() && position_ < object_.info.size) bytes = co_await next(deadline);
        position_ += bytes.size();
        co_return bytes;
    }

private:
    Task<std::string> next(Deadline deadline)
    {
        auto call = range_call(key_, position_, object_.etag);
        auto response = co_await client_.call(std::move(call), deadline);
        if (response.status == kReplaced || response.status == kNoSuchRange || is_absent(response)) raise_replaced();
        const auto part = read_s3_part(response, position_);
        if (!part) raise_unreadable();
        if (part->etag != object_.etag || part->info.size != object_.info.size) raise_replaced();
        co_return std::move(response.body);
    }

    S3Client& client_;
    const std::string key_;
    const S3Object object_;
    std::string first_;  // came with the opening
    std::uint64_t position_ = 0;
};

Task<std::optional<ObjectInfo>> head(S3Client& client, std::string key, Deadline deadline)
{
    S3Call call(ObjectOperation::inspect, "HEAD", std::move(key));
    const auto response = co_await client.call(std::move(call), deadline);
    if (is_absent(response)) co_return std::nullopt;
    auto object = read_s3_head(response);
    if (!object) raise_unreadable();
    co_return std::move(object->info);
}

}  // namespace

S3ObjectStore::S3ObjectStore(asio::any_io_executor executor, S3Options options, CpuPool& pool)
    : client_(std::move(executor), checked(std::move(options)), pool), uploads_(client_)
{
}

Task<std::unique_ptr<ObjectReader>> S3ObjectStore::open(std::string key, Deadline deadline)
{
    require_object_key(key);
    auto call = range_call(key, 0, "");
    auto response = co_await client_.call(std::move(call), deadline);
    if (is_absent(response))
    {
        log_absent_object(key);
        co_return nullptr;
    }
    auto object = read_s3_part(response, 0);
    if (response.status == kNoSuchRange)
    {
        auto info = co_await head(client_, key, deadline);
        if (!info || info->size != 0) raise_replaced();
        object.emplace();
        object->info = *std::move(info);
        response.body.clear();
    }
    if (!object) raise_unreadable();
    co_return std::make_unique<S3Reader>(client_, std::move(key), *std::move(object), std::move(response.body));
}

Task<std::optional<ObjectInfo>> S3ObjectStore::inspect(std::string key, Deadline deadline)
{
    require_object_key(key);
    co_return co_await head(client_, std::move(key), deadline);
}

Task<std::unique_ptr<ObjectWriter>> S3ObjectStore::create(std::string key, ObjectMetadata metadata, Deadline deadline)
{
    require_object_key(key);
    require_object_metadata(metadata);
    require_time(deadline);
    co_return std::make_unique<S3Writer>(uploads_, std::move(key), std::move(metadata));
}

Task<> S3ObjectStore::put(std::string key, std::string bytes, ObjectMetadata metadata, Deadline deadline)
{
    require_object_key(key);
    require_object_metadata(metadata);
    co_await uploads_.put(std::move(key), std::move(bytes), metadata, deadline);
}

Task<> S3ObjectStore::remove(std::string key, Deadline deadline)
{
    require_object_key(key);
    S3Call call(ObjectOperation::remove, "DELETE", std::move(key));
    const auto response = co_await client_.call(std::move(call), deadline);
    if (is_absent(response) || response.status < kNotFound) co_return;
    throw ObjectStoreError(fmt::format("removing an object in S3: {}", response.status));
}

Task<ObjectPage> S3ObjectStore::list(std::string prefix, std::string after, std::size_t limit, Deadline deadline)
{
    require_list_limit(limit);
    S3Call call(ObjectOperation::list, "GET", "");
    call.query["list-type"] = "2";
    call.query["max-keys"] = std::to_string(limit);
    if (!prefix.empty()) call.query["prefix"] = std::move(prefix);
    if (!after.empty()) call.query["start-after"] = std::move(after);
    call.max_answer_bytes = kMaxListBytes;
    const auto response = co_await client_.call(std::move(call), deadline);
    auto page = response.status == 200 ? read_s3_list(response.body) : std::nullopt;
    if (!page)
        throw ObjectStoreError(
            fmt::format("listing objects in S3: {} {}", response.status, read_s3_error(response.body)));
    co_return *std::move(page);
}

Task<> S3ObjectStore::close(Deadline deadline)
{
    co_await uploads_.take_back_abandoned(deadline);
}

}  // namespace herald
