#include "runtime/http_client.hpp"

#include <sys/socket.h>

#include <algorithm>

#include <fmt/format.h>

#include "runtime/address_guard.hpp"
#include "runtime/curl_driver.hpp"

namespace herald
{

namespace
{

constexpr std::size_t kMaxHeaders = 256;
constexpr long kMaxRedirects = 5;

// What curl's functions write to. Lives in the frame of send().
struct Exchange
{
    HttpResponse response;
    std::size_t max_bytes = 0;
    bool too_large = false;
    bool refused_address = false;
    bool was_begun = false;
};

std::size_t take_body(const char* data, std::size_t, std::size_t size, void* to) noexcept
{
    auto* exchange = static_cast<Exchange*>(to);
    if (size > exchange->max_bytes - exchange->response.body.size())
    {
        exchange->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    exchange->response.body.append(data, size);
    return size;
}

std::string_view trim(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::size_t take_header(const char* data, std::size_t, std::size_t size, void* to) noexcept
{
    HttpHeaders& headers = static_cast<Exchange*>(to)->response.headers;
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/"))
    {
        headers.clear();  // of a 1xx answer or a redirect
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || headers.size() >= kMaxHeaders) return size;
    std::string name(trim(line.substr(0, colon)));
    const auto to_lower = [](char c)
    {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    std::transform(name.begin(), name.end(), name.begin(), to_lower);
    headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
    return size;
}

curl_socket_t open_public_socket(void* to, curlsocktype, curl_sockaddr* address) noexcept
{
    if (!is_public_address(address->addr))
    {
        static_cast<Exchange*>(to)->refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Called whenever the request is about to be sent on a connection.
int begin_once(void* to, char*, char*, int, int) noexcept
{
    return std::exchange(static_cast<Exchange*>(to)->was_begun, true) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

bool has_line_break(std::string_view text)
{
    constexpr std::string_view kForbidden("\r\n\0", 3);
    return text.find_first_of(kForbidden) != std::string_view::npos;
}

bool is_sendable(const AwsSignature& aws)
{
    return !has_line_break(aws.region) && !has_line_break(aws.service) && !has_line_break(aws.access_key_id) &&
           !has_line_break(aws.session_token);
}

bool is_sendable(const HttpRequest& request)
{
    if (request.method.empty() || request.method.find(' ') != std::string::npos || has_line_break(request.method))
        return false;
    if (has_line_break(request.url)) return false;
    if (request.aws && !is_sendable(*request.aws)) return false;
    return std::none_of(request.headers.begin(), request.headers.end(),
                        [](const auto& header)
                        {
                            const auto& [name, value] = header;
                            return name.empty() || name.find_first_of(":; \t") != std::string::npos ||
                                   has_line_break(name) || has_line_break(value);
                        });
}

std::vector<std::string> header_lines(const HttpRequest& request)
{
    std::vector<std::string> lines;
    bool has_type = false;
    const auto add = [&lines](const std::string& name, const std::string& value)
    {
        // A semicolon is curl's way to send a header without a value.
        lines.push_back(trim(value).empty() ? name + ";" : fmt::format("{}: {}", name, value));
    };
    for (const auto& [name, value] : request.headers)
    {
        has_type = has_type || (name.size() == 12 && curl_strequal(name.c_str(), "content-type") != 0);
        add(name, value);
    }
    if (request.aws && !request.aws->session_token.empty()) add("X-Amz-Security-Token", request.aws->session_token);
    // What curl would add by itself is taken out: a pause for "100 Continue", and a form's content type. Not where it
    // signs: libcurl 7.88 counts what it is told to leave out among the headers that it signs.
    if (request.aws) return lines;
    lines.emplace_back("Expect:");
    if (!has_type) lines.emplace_back("Content-Type:");
    return lines;
}

void set_method(EasyHandle& easy, const HttpRequest& request)
{
    const bool has_body =
        !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (request.method == "HEAD")
        easy.set(CURLOPT_NOBODY, 1L);
    else if (has_body)
    {
        easy.set(CURLOPT_POST, 1L);
        easy.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<long>(request.body.size()));
        easy.set(CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.method != "HEAD" && request.method != "GET" && request.method != "POST")
        easy.set(CURLOPT_CUSTOMREQUEST, request.method);
}

void set_signature(EasyHandle& easy, const AwsSignature& aws)
{
    easy.set(CURLOPT_AWS_SIGV4, fmt::format("aws:amz:{}:{}", aws.region, aws.service));
    easy.set(CURLOPT_USERNAME, aws.access_key_id);
    easy.set(CURLOPT_PASSWORD, aws.secret_access_key);
}

void prepare(EasyHandle& easy, const HttpRequest& request, const HttpOptions& options, Exchange& exchange)
{
    easy.set(CURLOPT_URL, request.url);
    set_method(easy, request);
    easy.set_list(CURLOPT_HTTPHEADER, header_lines(request));
    if (request.aws) set_signature(easy, *request.aws);
    easy.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    easy.set(CURLOPT_FOLLOWLOCATION, options.follow_redirects ? 1L : 0L);
    easy.set(CURLOPT_MAXREDIRS, kMaxRedirects);
    easy.set(CURLOPT_WRITEFUNCTION, &take_body);
    easy.set(CURLOPT_WRITEDATA, &exchange);
    easy.set(CURLOPT_HEADERFUNCTION, &take_header);
    easy.set(CURLOPT_HEADERDATA, &exchange);
    if (!options.may_repeat)
    {
        easy.set(CURLOPT_PREREQFUNCTION, &begin_once);
        easy.set(CURLOPT_PREREQDATA, &exchange);
    }
    if (options.allow_private_addresses) return;
    easy.set(CURLOPT_OPENSOCKETFUNCTION, &open_public_socket);
    easy.set(CURLOPT_OPENSOCKETDATA, &exchange);
}

std::string describe(const Exchange& exchange, const CurlResult& result)
{
    if (result.code == CURLE_OK) return {};
    if (exchange.was_begun && result.code == CURLE_ABORTED_BY_CALLBACK) return "the connection was lost";
    if (exchange.too_large) return fmt::format("the answer is larger than {} bytes", exchange.max_bytes);
    if (exchange.refused_address && result.code == CURLE_COULDNT_CONNECT) return "the address is not public";
    return result.error;
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const
{
    const auto found =
        std::find_if(headers.begin(), headers.end(), [name](const auto& header) { return header.first == name; });
    if (found == headers.end()) return std::nullopt;
    return found->second;
}

struct HttpClient::Impl
{
    Impl(const asio::any_io_executor& executor, const CurlDriverOptions& options)
        : guarded(executor, options), unguarded(executor, options)
    {
    }

    // One each: a guarded request must never be sent on a connection that was opened without the guard.
    CurlDriver guarded;
    CurlDriver unguarded;
};

HttpClient::HttpClient(asio::any_io_executor executor, HttpClientOptions options)
{
    CurlDriverOptions driver;
    driver.max_connections_per_host = options.max_connections_per_host;
    driver.max_connections = options.max_connections;
    impl_ = std::make_unique<Impl>(executor, driver);
}

HttpClient::~HttpClient() = default;

Task<HttpResponse> HttpClient::send(HttpRequest request, HttpOptions options)
{
    Exchange exchange;
    exchange.max_bytes = options.max_response_bytes;
    if (!is_sendable(request))
    {
        exchange.response.error = "the request cannot be sent: a line break or a forbidden character";
        co_return std::move(exchange.response);
    }
    EasyHandle easy;
    prepare(easy, request, options, exchange);
    CurlDriver& driver = options.allow_private_addresses ? impl_->unguarded : impl_->guarded;
    const CurlResult result = co_await driver.perform(easy, options.deadline);
    exchange.response.status = static_cast<int>(result.response_code);
    exchange.response.error = describe(exchange, result);
    exchange.response.may_have_arrived = easy.info<long>(CURLINFO_REQUEST_SIZE) > 0;
    co_return std::move(exchange.response);
}

}  // namespace herald
