#include "objects/s3/s3_uploads.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "objects/s3/s3_answers.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kMaxParts = 10'000;
constexpr auto kWrite = ObjectOperation::write;

HttpHeaders headers_of(const ObjectMetadata& metadata)
{
    // Without a type libcurl would call it a form.
    HttpHeaders headers{{"Content-Type", "application/octet-stream"}};
    for (const auto& [name, value] : metadata) headers.emplace_back("x-amz-meta-" + name, value);
    return headers;
}

// 404: the bucket or the upload is not there.
void require_success(const HttpResponse& response)
{
    if (response.status >= 200 && response.status < 300) return;
    throw ObjectStoreError(
        fmt::format("writing an object to S3: {} {}", response.status, read_s3_error(response.body)));
}

}  // namespace

Task<> S3Uploads::put(std::string key, std::string bytes, const ObjectMetadata& metadata, Deadline deadline)
{
    S3Call call(kWrite, "PUT", std::move(key));
    call.headers = headers_of(metadata);
    call.body = std::move(bytes);
    require_success(co_await client_.call(std::move(call), deadline));
}

Task<S3Upload> S3Uploads::begin(std::string key, const ObjectMetadata& metadata, Deadline deadline)
{
    S3Upload upload;
    upload.key = std::move(key);
    S3Call call(kWrite, "POST", upload.key);
    call.query["uploads"];
    call.headers = headers_of(metadata);
    call.may_repeat = false;  // the first one would be nobody's
    const auto response = co_await client_.call(std::move(call), deadline);
    require_success(response);
    auto id = read_s3_upload_id(response.body);
    if (!id) throw ObjectStoreError("writing an object to S3: an answer without the id of the upload");
    upload.id = *std::move(id);
    co_return upload;
}

Task<std::string> S3Uploads::put_part(const S3Upload& upload, std::size_t number, std::string bytes, Deadline deadline)
{
    S3Call call(kWrite, "PUT", upload.key);
    call.query["partNumber"] = std::to_string(number);
    call.query["uploadId"] = upload.id;
    call.headers.emplace_back("Content-Type", "application/octet-stream");
    call.body = std::move(bytes);
    const auto response = co_await client_.call(std::move(call), deadline);
    require_success(response);
    auto etag = read_s3_etag(response);
    if (!etag) throw ObjectStoreError("writing an object to S3: an answer without the ETag of the part");
    co_return *std::move(etag);
}

Task<> S3Uploads::complete(const S3Upload& upload, const std::vector<std::string>& etags, Deadline deadline)
{
    S3Call call(kWrite, "POST", upload.key);
    call.query["uploadId"] = upload.id;
    call.headers.emplace_back("Content-Type", "application/xml");
    call.body = R"(<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)";
    for (std::size_t i = 0; i < etags.size(); ++i)
        call.body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etags[i]);
    call.body += "</CompleteMultipartUpload>";
    call.may_repeat = false;  // S3 would not know the upload any more, and nobody what that means
    const auto response = co_await client_.call(std::move(call), deadline);
    require_success(response);
    if (is_s3_upload_completed(response.body)) co_return;
    throw ObjectStoreError(
        fmt::format("writing an object to S3: it was not completed: {}", read_s3_error(response.body)));
}

void S3Uploads::abandon(S3Upload upload)
{
    abandoned_.push_back(std::move(upload));
}

Task<> S3Uploads::take_back_abandoned(Deadline deadline)
{
    while (!abandoned_.empty())
    {
        const S3Upload upload = std::move(abandoned_.back());
        abandoned_.pop_back();
        S3Call call(kWrite, "DELETE", upload.key);
        call.query["uploadId"] = upload.id;
        try
        {
            co_await client_.call(std::move(call), deadline);  // a 404 is as good
        }
        catch (const std::exception& error)
        {
            log::warning("the parts of an object that was given up cannot be taken back",
                         {{"key", upload.key}, {"error", error.what()}});
        }
    }
}

S3Writer::~S3Writer()
{
    if (upload_) uploads_.abandon(*std::move(upload_));
}

Task<> S3Writer::write(std::string bytes, Deadline deadline)
{
    waiting_ += bytes;
    // What fits into one part stays: it may be all.
    while (waiting_.size() > kS3PartBytes)
    {
        std::string part = waiting_.substr(0, kS3PartBytes);
        waiting_.erase(0, kS3PartBytes);
        co_await put_part(std::move(part), deadline);
    }
}

Task<> S3Writer::commit(Deadline deadline)
{
    if (!upload_)
    {
        co_await uploads_.put(key_, std::move(waiting_), metadata_, deadline);
        co_return;
    }
    co_await put_part(std::move(waiting_), deadline);
    co_await uploads_.complete(*upload_, etags_, deadline);
    upload_.reset();
}

Task<> S3Writer::put_part(std::string bytes, Deadline deadline)
{
    if (etags_.size() == kMaxParts) throw ObjectStoreError("writing an object to S3: it is too large");
    if (!upload_)
    {
        co_await uploads_.take_back_abandoned(deadline);
        upload_ = co_await uploads_.begin(key_, metadata_, deadline);
    }
    etags_.push_back(co_await uploads_.put_part(*upload_, etags_.size() + 1, std::move(bytes), deadline));
}

}  // namespace herald
