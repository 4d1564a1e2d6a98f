// A server on the loopback that speaks as much SMTP as a test wants, for what no real server can be brought to:
// silence, nonsense, hanging up at the worst moment.
//
// One thread for each connection, blocking: for tests only. Thread-safe.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>

namespace herald::test
{

class SmtpImposter
{
    using Tcp = boost::asio::ip::tcp;

public:
    struct Command
    {
        int connection = 0;  // 1 is the first
        std::string line;    // "" asks for the greeting, "." ends a message

        [[nodiscard]] bool is(std::string_view verb) const { return line.starts_with(verb); }
    };
    struct Message
    {
        std::string from;  // the whole MAIL and RCPT commands
        std::string to;
        std::string content;  // dots undone
    };

    static constexpr std::string_view kHangUp = "(hang up)";
    static constexpr std::string_view kSilence = "(silence)";  // to the end of the connection
    static constexpr std::string_view kDeaf = "(deaf)";        // after "354": the body is not read

    // What to say to a command, without the line end; called from the connection's thread. polite() for the rest.
    using Script = std::function<std::string(const Command&)>;

    static std::string polite(const Command& command)
    {
        if (command.line.empty()) return "220 imposter.test ESMTP";
        if (command.is("EHLO")) return "250-imposter.test\r\n250-SIZE 5000000\r\n250-8BITMIME\r\n250 SMTPUTF8";
        if (command.is("DATA")) return "354 go ahead";
        if (command.is("QUIT")) return "221 2.0.0 bye";
        return "250 2.0.0 fine";
    }

    explicit SmtpImposter(Script script = polite)
        : script_(std::move(script)), acceptor_(context_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0))
    {
        // Inherited by every connection: a body that is not read must not fit into it.
        acceptor_.set_option(boost::asio::socket_base::receive_buffer_size(65'536));
        port_ = acceptor_.local_endpoint().port();
        accepting_ = std::thread([this] { accept(); });
    }
    SmtpImposter(const SmtpImposter&) = delete;
    SmtpImposter& operator=(const SmtpImposter&) = delete;
    ~SmtpImposter()
    {
        stopping_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes the thread that accepts
        accepting_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const Client& client : clients_)
                if (client.is_open) ::shutdown(client.socket->native_handle(), SHUT_RDWR);
        }
        for (Client& client : clients_) client.thread.join();
    }

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] int most_at_once() const { return most_at_once_; }
    [[nodiscard]] std::vector<std::string> lines() const
    {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] std::vector<Message> messages() const
    {
        const std::lock_guard lock(mutex_);
        return messages_;
    }

private:
    struct Client
    {
        std::shared_ptr<Tcp::socket> socket;
        bool is_open = true;  // guarded by mutex_
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
            const int number = ++connections_;
            const std::lock_guard lock(mutex_);
            Client& client = clients_.emplace_back();
            client.socket = socket;
            most_at_once_ = std::max(most_at_once_.load(), ++open_);
            client.thread = std::thread(
                [this, &client, number]
                {
                    serve(*client.socket, number);
                    const std::lock_guard closing(mutex_);
                    client.is_open = false;
                    --open_;
                    boost::system::error_code ignored;
                    client.socket->close(ignored);
                });
        }
    }

    void serve(Tcp::socket& socket, int number)
    {
        std::string buffer;
        std::string line;
        Message message;
        Command command{number, ""};
        while (answer(socket, command))
        {
            if (!read(socket, buffer, "\r\n", command.line)) return;
            {
                const std::lock_guard lock(mutex_);
                lines_.push_back(command.line);
            }
            if (command.is("MAIL")) message.from = command.line;
            if (command.is("RCPT")) message.to = command.line;
            if (!command.is("DATA")) continue;
            if (!answer(socket, command) || !said_go_on_) continue;
            if (!read_content(socket, buffer, message.content)) return;
            {
                const std::lock_guard lock(mutex_);
                messages_.push_back(message);
            }
            command.line = ".";
        }
    }

    // False when the conversation is over.
    bool answer(Tcp::socket& socket, const Command& command)
    {
        const std::string text = script_(command);
        if (text == kHangUp) return false;
        if (text == kSilence)
        {
            char byte = 0;
            boost::system::error_code error;
            while (!error) socket.read_some(boost::asio::buffer(&byte, 1), error);
            return false;
        }
        const bool is_deaf = text == kDeaf;
        const std::string said = is_deaf ? "354 go ahead" : text;
        said_go_on_ = said.starts_with("354");
        boost::system::error_code error;
        boost::asio::write(socket, boost::asio::buffer(said + "\r\n"), error);
        if (is_deaf) wait_until_gone(socket);
        return !error && !is_deaf;
    }

    static void wait_until_gone(Tcp::socket& socket)
    {
        pollfd gone{socket.native_handle(), POLLRDHUP, 0};
        while (::poll(&gone, 1, -1) < 0) continue;
    }

    static bool read(Tcp::socket& socket, std::string& buffer, std::string_view end, std::string& out)
    {
        boost::system::error_code error;
        const auto size = boost::asio::read_until(socket, boost::asio::dynamic_buffer(buffer), end, error);
        if (error) return false;
        out = buffer.substr(0, size - end.size());
        buffer.erase(0, size);
        return true;
    }

    static bool read_content(Tcp::socket& socket, std::string& buffer, std::string& content)
    {
        content.clear();
        std::string line;
        while (read(socket, buffer, "\r\n", line))
        {
            if (line == ".") return true;
            if (line.starts_with('.')) line.erase(0, 1);
            content += line + "\r\n";
        }
        return false;
    }

    Script script_;
    boost::asio::io_context context_;
    Tcp::acceptor acceptor_;
    int port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    std::atomic<int> most_at_once_ = 0;
    static inline thread_local bool said_go_on_ = false;  // a connection is a thread
    mutable std::mutex mutex_;
    int open_ = 0;                    // guarded by mutex_
    std::list<Client> clients_;       // guarded by mutex_ until the accepting thread has been joined
    std::vector<std::string> lines_;  // guarded by mutex_
    std::vector<Message> messages_;   // guarded by mutex_
    std::thread accepting_;
};

}  // namespace herald::test
