// A blocking HTTP client for tests: plain sockets, and a parser of responses that shares nothing with the server's
// code.
//
//   HttpClient client(server.port());
//   const auto response = client.get("/v2/templates", {{"Authorization", "Bearer ..."}});
//   client.send_raw("GET / HTTP/1.1\r\n");   // any bytes at all
//   const auto answer = client.read_response();
//
// One connection, opened by the constructor, to 127.0.0.1. Every wait ends after `patience`; what goes wrong throws
// std::runtime_error.
#pragma once

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace herald::test_support
{

struct HttpResponse
{
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    [[nodiscard]] std::optional<std::string> header(std::string_view name) const
    {
        for (const auto& [key, value] : headers)
        {
            const auto same = [](char a, char b)
            {
                return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
            };
            if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return value;
        }
        return std::nullopt;
    }
};

class HttpClient
{
public:
    using HeaderList = std::vector<std::pair<std::string, std::string>>;

    explicit HttpClient(std::uint16_t port, std::chrono::milliseconds patience = std::chrono::seconds(10))
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        if (socket_ < 0) fail("socket");
        timeval wait{};
        wait.tv_sec = static_cast<time_t>(patience.count() / 1000);
        wait.tv_usec = static_cast<suseconds_t>(patience.count() % 1000 * 1000);
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr generic{};
        std::memcpy(&generic, &address, sizeof generic);
        if (::connect(socket_, &generic, sizeof address) != 0) fail("connect");
    }
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient() { close(); }

    HttpResponse get(std::string_view target, const HeaderList& headers = {})
    {
        return request("GET", target, headers, std::nullopt);
    }
    HttpResponse post(std::string_view target, std::string_view json, const HeaderList& headers = {})
    {
        return request("POST", target, headers, json);
    }

    // `body` also brings Content-Length, and Content-Type application/json unless `headers` has one.
    HttpResponse request(std::string_view method, std::string_view target, const HeaderList& headers,
                         std::optional<std::string_view> body)
    {
        std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
        bool has_type = false;
        for (const auto& [name, value] : headers)
        {
            text += name + ": " + value + "\r\n";
            has_type = has_type || name == "Content-Type";
        }
        if (body && !has_type) text += "Content-Type: application/json\r\n";
        if (body) text += "Content-Length: " + std::to_string(body->size()) + "\r\n";
        text += "\r\n";
        text += body.value_or("");
        send_raw(text);
        return read_response(method == "HEAD");
    }

    void send_raw(std::string_view bytes)
    {
        while (!bytes.empty())
        {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) fail("send");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    // The next response. 1xx responses are responses, too. `to_head`: it has no body whatever its Content-Length says.
    HttpResponse read_response(bool to_head = false)
    {
        std::size_t end = 0;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) receive_or_throw();
        HttpResponse response = parse_head(std::string_view(buffer_).substr(0, end));
        buffer_.erase(0, end + 4);
        if (to_head || response.status < 200 || response.status == 204 || response.status == 304) return response;

        const auto length = std::stoull(response.header("Content-Length").value_or("0"));
        while (buffer_.size() < length) receive_or_throw();
        response.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        return response;
    }

    // True when the server closes the connection without sending anything more.
    bool closed_by_server()
    {
        if (!buffer_.empty()) return false;
        char byte = 0;
        const auto count = ::recv(socket_, &byte, 1, 0);
        if (count < 0 && errno != ECONNRESET) fail("the server did not close the connection: recv");
        return count <= 0;
    }

    void shutdown_send() { ::shutdown(socket_, SHUT_WR); }
    void close()
    {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

private:
    [[noreturn]] static void fail(const std::string& what)
    {
        throw std::runtime_error(what + ": " + std::strerror(errno));
    }

    void receive_or_throw()
    {
        char bytes[16 * 1024];
        const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
        if (count < 0) fail("recv");
        if (count == 0)
            throw std::runtime_error("the server closed the connection; received: " + buffer_.substr(0, 200));
        buffer_.append(bytes, static_cast<std::size_t>(count));
    }

    static HttpResponse parse_head(std::string_view head)
    {
        HttpResponse response;
        if (!head.starts_with("HTTP/1.1 "))
            throw std::runtime_error("not a response: " + std::string(head.substr(0, 200)));
        response.status = std::stoi(std::string(head.substr(9, 3)));
        for (auto line_end = head.find("\r\n"); line_end != std::string_view::npos; line_end = head.find("\r\n"))
        {
            head.remove_prefix(line_end + 2);
            const auto line = head.substr(0, head.find("\r\n"));
            const auto colon = line.find(": ");
            if (colon == std::string_view::npos) throw std::runtime_error("not a header: " + std::string(line));
            response.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        }
        return response;
    }

    int socket_;
    std::string buffer_;
};

}  // namespace herald::test_support
