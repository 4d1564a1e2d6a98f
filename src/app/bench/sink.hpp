// A provider of our own on the loopback, on a thread of its own, that takes messages, or does not, as its ledger says:
// for `herald bench deliver --through`. It reads only what our own clients write, and keeps nothing of a message.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "app/bench/sink_ledger.hpp"
#include "app/role.hpp"

namespace herald::bench
{

inline constexpr milliseconds kSlowAnswer{200};

class Sink : public Role
{
public:
    // Of the loopback address; 0 before it has started.
    [[nodiscard]] std::uint16_t port() const { return port_; }

protected:
    using Socket = asio::ip::tcp::socket;

    // `ledger` must outlive the sink.
    Sink(std::string_view name, SinkLedger& ledger);

    // A conversation, to its end. What it throws ends it as well.
    virtual Task<> serve(Socket& socket) = 0;
    // Reads more into `received`.
    static Task<> read(Socket& socket, std::string& received);
    static Task<> write(Socket& socket, std::string_view bytes);
    [[nodiscard]] SinkAnswer offer(NotificationId id) { return ledger_.offer(id, clock_.now()); }

private:
    Task<> open() override;
    Task<> run(StopToken stop) override;
    Task<> accept();
    Task<> converse(std::shared_ptr<Socket> socket);

    SinkLedger& ledger_;
    const SystemClock clock_;
    std::uint16_t port_ = 0;
    std::unique_ptr<asio::ip::tcp::acceptor> acceptor_;
    std::vector<std::weak_ptr<Socket>> sockets_;  // every connection there ever was
};

}  // namespace herald::bench
