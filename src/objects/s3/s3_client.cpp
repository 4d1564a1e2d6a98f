#include "objects/s3/s3_client.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/random.hpp"
#include "objects/s3/s3_answers.hpp"

namespace herald
{
namespace
{

constexpr int kTries = 4;
constexpr std::size_t kHashedAtOnce = 65'536;  // 0.2 ms of the loop at the most

// As S3 wants it signed, so that libcurl need not change it.
std::string percent_encode(std::string_view text, std::string_view also_plain)
{
    std::string out;
    for (const char c : text)
    {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              std::string_view("-._~").find(c) != std::string_view::npos ||
                              also_plain.find(c) != std::string_view::npos;
        if (is_plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string root_of(const S3Options& options)
{
    const std::string endpoint = options.aws.endpoint.empty()
                                     ? fmt::format("https://s3.{}.amazonaws.com", options.aws.region)
                                     : options.aws.endpoint;
    if (options.path_style) return fmt::format("{}/{}", endpoint, options.bucket);
    const auto host = endpoint.find("://") + 3;
    return fmt::format("{}{}.{}", endpoint.substr(0, host), options.bucket, endpoint.substr(host));
}

HttpClientOptions http_options(const S3Options& options)
{
    HttpClientOptions out;
    out.max_connections_per_host = static_cast<long>(options.aws.connections);
    out.max_connections = static_cast<long>(options.aws.connections);
    return out;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
bool is_bucket(std::string_view name)
{
    const auto is_end = [](char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    const auto is_allowed = [&](char c)
    {
        return is_end(c) || c == '-' || c == '.';
    };
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, is_allowed) && is_end(name.front()) &&
           is_end(name.back()) && name.find("..") == std::string_view::npos;
}

std::string hex_of(const Sha256& digest)
{
    return hex_encode(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::string_view name_of(ObjectOperation operation)
{
    switch (operation)
    {
        case ObjectOperation::read:
            return "reading";
        case ObjectOperation::inspect:
            return "inspecting";
        case ObjectOperation::write:
            return "writing";
        case ObjectOperation::remove:
            return "removing";
        case ObjectOperation::list:
            return "listing";
    }
    return "";
}

bool is_complete(const HttpResponse& response)
{
    return response.status != 0 && response.error.empty();
}

bool is_expected(const HttpResponse& response)
{
    const int status = response.status;
    return is_complete(response) &&
           ((status >= 200 && status < 300) || status == 404 || status == 412 || status == 416);
}

// Whether S3 says itself that it did nothing.
bool is_refused_for_now(const HttpResponse& response)
{
    return is_complete(response) && (response.status == 503 || response.status == 429);
}

bool may_help_to_try_again(const HttpResponse& response, bool may_repeat)
{
    if (is_refused_for_now(response)) return true;
    if (response.status == 0 && !response.may_have_arrived) return true;
    return may_repeat && (!is_complete(response) || response.status >= 500);
}

[[noreturn]] void raise(ObjectOperation operation, const HttpResponse& response, Deadline deadline)
{
    if (!is_complete(response) && monotonic_now() >= deadline)
        throw DeadlineExceeded(fmt::format("{} an object in S3", name_of(operation)));
    if (!is_complete(response))
        throw ObjectStoreError(
            fmt::format("{} an object in S3: no complete answer: {}", name_of(operation), response.error));
    const auto code = read_s3_error(response.body);
    throw ObjectStoreError(
        fmt::format("{} an object in S3: {}{}{}", name_of(operation), response.status, code.empty() ? "" : " ", code));
}

milliseconds pause_before(int attempt, milliseconds first)
{
    std::uint32_t random = 0;
    fill_random(&random, sizeof(random));
    const auto full = first.count() << (attempt - 2);
    return milliseconds(full / 2 + static_cast<std::int64_t>(random % (static_cast<std::uint64_t>(full) + 1)));
}

}  // namespace

Result<void> check(const S3Options& options)
{
    if (options.bucket.empty())
        return fail(ErrorKind::validation,
                    "objects.bucket is not set, and objects.store is s3: name a bucket that is there already");
    if (!is_bucket(options.bucket)) return fail(ErrorKind::validation, "objects.bucket is not the name of a bucket");
    if (auto checked = check(options.aws, "objects"); !checked) return checked;
    const bool is_clear = options.aws.endpoint.starts_with("http://");
    if (options.bucket.find('.') != std::string::npos && !options.path_style && !is_clear)
        return fail(ErrorKind::validation,
                    "objects.bucket has a dot, which no certificate covers: set objects.path_style to true");
    return {};
}

S3Client::S3Client(asio::any_io_executor executor, S3Options options, CpuPool& pool)
    : options_(std::move(options)),
      root_(root_of(options_)),
      pool_(pool),
      http_(std::move(executor), http_options(options_))
{
}

std::string S3Client::url(std::string_view key, const std::map<std::string, std::string>& query) const
{
    std::string url = root_ + '/' + percent_encode(key, "/");
    char separator = '?';
    for (const auto& [name, value] : query)
    {
        url += fmt::format("{}{}={}", separator, percent_encode(name, ""), percent_encode(value, ""));
        separator = '&';
    }
    return url;
}

Task<HttpRequest> S3Client::request_of(S3Call& call)
{
    HttpRequest request(call.method, url(call.key, call.query), std::move(call.headers), std::move(call.body));
    const auto hash = [&request]
    {
        return sha256(request.body);
    };
    const auto digest = request.body.size() <= kHashedAtOnce ? hash() : co_await pool_.run(hash);
    // libcurl takes it into the signature; 7.88 does not make it by itself.
    request.headers.emplace_back("x-amz-content-sha256", hex_of(digest));
    request.aws = aws_signature(options_.aws, "s3");
    co_return request;
}

Task<HttpResponse> S3Client::call(S3Call call, Deadline deadline)
{
    require_time(deadline);
    const HttpRequest request = co_await request_of(call);
    HttpOptions options(deadline);
    options.allow_private_addresses = true;
    options.may_repeat = call.may_repeat;
    options.max_response_bytes = call.max_answer_bytes;
    for (int attempt = 1;; ++attempt)
    {
        HttpResponse response;
        {
            ObjectRequest counted(call.operation);
            response = co_await http_.send(request, options);
            if (is_expected(response)) counted.succeeded();
        }
        if (is_expected(response)) co_return response;
        const auto next = deadline_in(pause_before(attempt + 1, options_.retry_pause));
        if (attempt == kTries || next >= deadline || !may_help_to_try_again(response, call.may_repeat))
            raise(call.operation, response, deadline);
        co_await sleep_until(next);
    }
}

}  // namespace herald
