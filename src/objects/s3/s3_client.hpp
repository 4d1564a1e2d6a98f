// Requests to one bucket of S3, or of a server that speaks as it does: signed by libcurl, bounded, tried again.
//
// Security: that of runtime/aws_options.hpp. The bytes of an object are signed with its request (x-amz-content-sha256),
// so nobody on the way changes them. Neither errors nor logs hold keys, URLs, or what S3 says but its codes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "objects/object_request.hpp"
#include "runtime/aws_options.hpp"
#include "runtime/cpu_pool.hpp"
#include "runtime/http_client.hpp"

namespace herald
{

struct S3Options
{
    AwsOptions aws;
    std::string bucket;
    // https://endpoint/bucket/key instead of https://bucket.endpoint/key.
    bool path_style = false;
    // Before the second try, and twice as long before each further one; a half more or less.
    milliseconds retry_pause{100};
};

// Fails (validation) naming the key that is wrong, and what to do.
Result<void> check(const S3Options& options);

struct S3Call
{
    ObjectOperation operation;
    std::string method;
    std::string key;                           // empty: the bucket itself
    std::map<std::string, std::string> query;  // signed in this order
    HttpHeaders headers;
    std::string body;
    std::size_t max_answer_bytes = kMaxS3AnswerBytes;
    // Whether it does no harm to send it again when nobody knows what became of it.
    bool may_repeat = true;

    static constexpr std::size_t kMaxS3AnswerBytes = 65'536;

    S3Call(ObjectOperation what, std::string verb, std::string of)
        : operation(what), method(std::move(verb)), key(std::move(of))
    {
    }
};

// Belongs to the Loop of its executor and outlives its calls.
class S3Client
{
public:
    // `options` have been checked. `pool`, on which large bodies are hashed, outlives the client.
    S3Client(asio::any_io_executor executor, S3Options options, CpuPool& pool);

    // The answer, complete, with a status of 2xx, 404, 412 or 416. Everything else is ObjectStoreError or
    // DeadlineExceeded: at once, or after four tries when another try may help (no answer, half an answer, SlowDown and
    // other 5xx, 429), with growing pauses and never beyond the deadline.
    Task<HttpResponse> call(S3Call call, Deadline deadline);

    // Where requests go: "https://bucket.s3.us-east-1.amazonaws.com/a%20key?partNumber=1&uploadId=x".
    [[nodiscard]] std::string url(std::string_view key, const std::map<std::string, std::string>& query) const;

private:
    Task<HttpRequest> request_of(S3Call& call);  // takes its body and headers

    const S3Options options_;
    const std::string root_;  // what each URL begins with, without the slash
    CpuPool& pool_;
    HttpClient http_;
};

}  // namespace herald
