// A real HTTP server on the loopback that does what a test tells it: answer, hang, reset the connection, answer without
// end.
//
// One thread for each connection, blocking: for tests only. Thread-safe.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>

namespace herald::test
{

class HttpImposter
{
    using Tcp = boost::asio::ip::tcp;

public:
    struct Request
    {
        std::string head;  // request line and header lines, as they came
        std::string body;

        [[nodiscard]] std::string line() const { return head.substr(0, head.find("\r\n")); }
        // The value of a header whose name is spelt exactly so.
        [[nodiscard]] std::optional<std::string> header(const std::string& name) const
        {
            const std::string key = "\r\n" + name + ": ";
            const auto at = head.find(key);
            if (at == std::string::npos) return std::nullopt;
            const auto start = at + key.size();
            return head.substr(start, head.find("\r\n", start) - start);
        }
    };

    class Connection
    {
    public:
        explicit Connection(Tcp::socket& socket) : socket_(socket) {}
        Request request;

        // False when the client has gone.
        bool send(std::string_view text)
        {
            boost::system::error_code error;
            boost::asio::write(socket_, boost::asio::buffer(text), error);
            return !error;
        }
        void answer(int status, std::string_view body, std::string_view more_headers = {})
        {
            send("HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: " + std::to_string(body.size()) +
                 "\r\n" + std::string(more_headers) + "\r\n" + std::string(body));
        }
        // Says nothing more until the client closes the connection.
        void hang()
        {
            char byte = 0;
            boost::system::error_code error;
            while (!error) socket_.read_some(boost::asio::buffer(&byte, 1), error);
        }
        void reset()
        {
            boost::system::error_code ignored;
            socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
            close();
        }
        void close()
        {
            boost::system::error_code ignored;
            socket_.close(ignored);
        }

    private:
        Tcp::socket& socket_;
    };

    // Called for each request, from the connection's thread. The connection stays open for the next one.
    using Script = std::function<void(Connection&)>;

    explicit HttpImposter(Script script)
        : script_(std::move(script)), acceptor_(context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0))
    {
        port_ = acceptor_.local_endpoint().port();
        accepting_ = std::thread([this] { accept(); });
    }
    HttpImposter(const HttpImposter&) = delete;
    HttpImposter& operator=(const HttpImposter&) = delete;
    ~HttpImposter()
    {
        stopping_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes the thread that accepts
        accepting_.join();
        {
            const std::lock_guard lock(mutex_);
            for (Client& client : clients_)
            {
                if (client.is_open) ::shutdown(client.descriptor, SHUT_RDWR);
            }
        }
        for (Client& client : clients_) client.thread.join();
    }

    [[nodiscard]] unsigned short port() const { return port_; }
    [[nodiscard]] std::string url(const std::string& path = "/") const
    {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] std::vector<Request> requests() const
    {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    struct Client
    {
        int descriptor = -1;
        bool is_open = true;  // guarded by mutex_: while it is, the descriptor is this connection's
        std::thread thread;
    };

    void accept()
    {
        while (!stopping_)
        {
            boost::system::error_code error;
            auto socket = std::make_shared<Tcp::socket>(context_);
            acceptor_.accept(*socket, error);
            if (error) continue;
            ++connections_;
            const std::lock_guard lock(mutex_);
            Client& client = clients_.emplace_back();
            client.descriptor = ::dup(socket->native_handle());  // outlives whatever the script does with the socket
            client.thread = std::thread(
                [this, socket, &client]
                {
                    serve(*socket);
                    const std::lock_guard closing(mutex_);
                    client.is_open = false;
                    ::close(client.descriptor);
                    boost::system::error_code ignored;
                    socket->close(ignored);
                });
        }
    }

    void serve(Tcp::socket& socket)
    {
        std::string buffer;
        while (socket.is_open())
        {
            Connection connection(socket);
            if (!read(socket, buffer, connection.request)) return;
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(connection.request);
            }
            script_(connection);
        }
    }

    static bool read(Tcp::socket& socket, std::string& buffer, Request& request)
    {
        boost::system::error_code error;
        const auto head = boost::asio::read_until(socket, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", error);
        if (error) return false;
        request.head = buffer.substr(0, head);
        buffer.erase(0, head);
        const auto length = std::strtoull(request.header("Content-Length").value_or("0").c_str(), nullptr, 10);
        if (buffer.size() < length)
        {
            const auto missing = boost::asio::transfer_exactly(length - buffer.size());
            boost::asio::read(socket, boost::asio::dynamic_buffer(buffer), missing, error);
            if (error) return false;
        }
        request.body = buffer.substr(0, length);
        buffer.erase(0, length);
        return true;
    }

    Script script_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_;
    unsigned short port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    mutable std::mutex mutex_;
    std::list<Client> clients_;      // guarded by mutex_ until the accepting thread has been joined
    std::vector<Request> requests_;  // guarded by mutex_
    std::thread accepting_;
};

}  // namespace herald::test
