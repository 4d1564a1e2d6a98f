// Outgoing HTTP: providers and the callbacks of services.
//
// Security: the URL of a callback comes from a tenant. So, unless a request says otherwise: only addresses that are
// public (address_guard.hpp), judged at the moment of the connection so that a name cannot be rebound; only http and
// https; no redirects; no proxy, cookies or .netrc; TLS certificates verified; a limit on the size of the answer. A
// header name or value with a line break or NUL is refused. Neither errors nor logs hold the URL's path and query,
// credentials, headers or bodies.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/task.hpp"

namespace herald
{

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// Whose signature a request to AWS carries (Signature Version 4, libcurl makes it at the moment of sending): over
// method, path, query, body and every header of the request. Give such a request a Content-Type; a body of more than 1
// MiB waits up to a second for "100 Continue".
struct AwsSignature
{
    std::string region;   // "us-east-1"
    std::string service;  // as AWS signs for it: "ses", "sns"
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;  // of temporary credentials; empty: none
};

struct HttpRequest
{
    std::string method;  // any; GET, HEAD and POST are sent as such
    std::string url;
    HttpHeaders headers;  // Content-Length is curl's; no Content-Type is added
    std::string body;
    std::optional<AwsSignature> aws;

    HttpRequest(std::string verb, std::string to) : method(std::move(verb)), url(std::move(to)) {}
    HttpRequest(std::string verb, std::string to, HttpHeaders with, std::string content)
        : method(std::move(verb)), url(std::move(to)), headers(std::move(with)), body(std::move(content))
    {
    }
};

struct HttpOptions
{
    Deadline deadline;                           // of everything, name resolution included
    std::size_t max_response_bytes = 1'048'576;  // of the body
    bool follow_redirects = false;               // at most five, each under the same address rule
    bool allow_private_addresses = false;
    // Whether a request that got lost with a connection from an earlier request is sent again on a fresh one: the other
    // side may then see it twice. False: that is an error which may have arrived.
    bool may_repeat = true;

    explicit HttpOptions(Deadline until) : deadline(until) {}
};

struct HttpResponse
{
    int status = 0;       // 0: no answer came, `error` says why
    HttpHeaders headers;  // names in lower case, in order
    std::string body;
    std::string error;  // empty: the answer is complete. With a status: its body was cut off (too large, connection
                        // lost, deadline)
    // With status 0, whether the other side may have seen the request: false is a promise that nothing of it was sent.
    bool may_have_arrived = false;

    // The first value of a header; `name` in lower case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct HttpClientOptions
{
    long max_connections_per_host = 64;
    long max_connections = 512;
};

// Belongs to one Loop. Many requests may be under way at once; connections are kept open and reused.
class HttpClient
{
public:
    explicit HttpClient(asio::any_io_executor executor, HttpClientOptions options = {});
    ~HttpClient();  // requests under way end with status 0
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // Does not throw for anything the request or the other side is: that is a status or an error. Always ends by the
    // deadline.
    Task<HttpResponse> send(HttpRequest request, HttpOptions options);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace herald
