#include "app/bench/sink.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace herald::bench
{

namespace
{

constexpr std::size_t kPiece = 16'384;
constexpr milliseconds kPause{10};  // when no connection could be accepted
using Tcp = asio::ip::tcp;

}  // namespace

Sink::Sink(std::string_view name, SinkLedger& ledger) : Role(name), ledger_(ledger) {}

Task<> Sink::open()
{
    const Tcp::endpoint anywhere(asio::ip::address_v4::loopback(), 0);
    acceptor_ = std::make_unique<Tcp::acceptor>(loop().executor(), anywhere);
    port_ = acceptor_->local_endpoint().port();
    co_return;
}

Task<> Sink::run(StopToken stop)
{
    scope().spawn("sink_accept", accept());
    co_await stop.wait();
    boost::system::error_code ignored;
    acceptor_->close(ignored);
    for (const auto& each : sockets_)
    {
        if (const auto socket = each.lock()) socket->close(ignored);
    }
}

Task<> Sink::accept()
{
    for (;;)
    {
        auto [error, accepted] = co_await acceptor_->async_accept(asio::as_tuple(asio::use_awaitable));
        if (!acceptor_->is_open()) co_return;
        if (error)
        {
            co_await sleep_for(kPause);
            continue;
        }
        accepted.set_option(Tcp::no_delay(true));
        auto socket = std::make_shared<Socket>(std::move(accepted));
        sockets_.emplace_back(socket);
        scope().spawn("sink_conversation", converse(std::move(socket)));
    }
}

Task<> Sink::converse(std::shared_ptr<Socket> socket)
{
    try
    {
        co_await serve(*socket);
    }
    catch (const boost::system::system_error&)
    {
        // The client has gone, or the sink stops.
    }
}

Task<> Sink::read(Socket& socket, std::string& received)
{
    const std::size_t held = received.size();
    received.resize(held + kPiece);
    auto [error, size] = co_await socket.async_read_some(asio::buffer(received.data() + held, kPiece),
                                                         asio::as_tuple(asio::use_awaitable));
    received.resize(held + size);
    if (error) throw boost::system::system_error(error);
}

Task<> Sink::write(Socket& socket, std::string_view bytes)
{
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
}

}  // namespace herald::bench
