#include "http/server/server.hpp"

#include <list>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "http/server/connection.hpp"
#include "http/server/errors.hpp"
#include "runtime/task_scope.hpp"

namespace herald::http
{

namespace
{

using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kShortestTick{5};
constexpr std::chrono::milliseconds kLongestTick{250};
constexpr std::chrono::milliseconds kPauseAfterAcceptError{50};  // out of descriptors: let some close

std::chrono::milliseconds tick_of(const ServerOptions& options)
{
    const auto shortest = std::min({options.header_timeout, options.body_timeout, options.request_timeout,
                                    options.write_timeout, options.idle_timeout});
    return std::clamp(shortest / 4, kShortestTick, kLongestTick);
}

tcp::acceptor listen(const asio::any_io_executor& executor, const ServerOptions& options)
{
    try
    {
        tcp::resolver resolver(executor);
        const auto found = resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive);
        const tcp::endpoint endpoint = found.begin()->endpoint();
        tcp::acceptor acceptor(executor, endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        const int on = 1;
        if (options.reuse_port && ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        {
            throw boost::system::system_error(errno, boost::system::system_category(), "SO_REUSEPORT");
        }
        acceptor.bind(endpoint);
        acceptor.listen();
        return acceptor;
    }
    catch (const boost::system::system_error& error)
    {
        throw std::runtime_error(
            fmt::format("cannot listen on {} port {}: {}", options.host, options.port, error.code().message()));
    }
}

ServerOptions checked(ServerOptions options)
{
    if (const auto valid = options.validate(); !valid) throw std::runtime_error(valid.error().message);
    return options;
}

}  // namespace

Result<void> ServerOptions::validate() const
{
    if (host.empty()) return fail(ErrorKind::validation, "host must not be empty");
    if (max_body_bytes < 1 || max_body_bytes > 100'000'000)
    {
        return fail(ErrorKind::validation, "max_body_bytes must be between 1 and 100000000");
    }
    if (max_header_bytes < 1024 || max_header_bytes > 1024 * 1024)
    {
        return fail(ErrorKind::validation, "max_header_bytes must be between 1024 and 1048576");
    }
    if (max_buffered_bytes < max_body_bytes)
    {
        return fail(ErrorKind::validation, "max_buffered_bytes must not be less than max_body_bytes");
    }
    if (max_connections < 1) return fail(ErrorKind::validation, "max_connections must be at least 1");
    for (const auto& [name, value] :
         {std::pair{"header_timeout", header_timeout}, std::pair{"body_timeout", body_timeout},
          std::pair{"request_timeout", request_timeout}, std::pair{"write_timeout", write_timeout},
          std::pair{"idle_timeout", idle_timeout}, std::pair{"drain_timeout", drain_timeout}})
    {
        if (value < milliseconds(1) || value > std::chrono::hours(1))
        {
            return fail(ErrorKind::validation, fmt::format("{} must be between 1 ms and 1 hour", name));
        }
    }
    return {};
}

struct Server::Impl
{
    Impl(const asio::any_io_executor& executor, ServerOptions options, Dispatch dispatch, const Clock& clock,
         Admit admit)
        : acceptor(listen(executor, options)),
          port(acceptor.local_endpoint().port()),
          state{.options = options,
                .dispatch = std::move(dispatch),
                .admit = std::move(admit),
                .clock = clock,
                .metrics = {},
                .bodies = BodyBudget(options.max_buffered_bytes),
                .date = format_http_date(clock.now()),
                .fallback_host = fmt::format("localhost:{}", port)},
          scope(executor)
    {
    }

    Task<> accept();
    Task<> serve(std::list<Connection>::iterator connection);
    void check_deadlines();
    Task<> drain();
    void turn_away(tcp::socket socket) const;

    tcp::acceptor acceptor;
    std::uint16_t port;
    ServerState state;
    std::list<Connection> connections;
    TaskScope scope;
};

Task<> Server::Impl::accept()
{
    while (!state.draining)
    {
        auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (state.draining) co_return;
        if (error)
        {
            log::warning("cannot accept a connection", {{"reason", error.message()}});
            co_await sleep_for(kPauseAfterAcceptError);
            continue;
        }
        if (connections.size() >= state.options.max_connections)
        {
            turn_away(std::move(socket));
            continue;
        }
        const auto connection = connections.emplace(connections.end(), std::move(socket), state);
        scope.spawn("http_connection", serve(connection));
    }
}

Task<> Server::Impl::serve(std::list<Connection>::iterator connection)
{
    state.metrics.connection_opened();
    const auto forget = [this, connection](void*)
    {
        state.metrics.connection_closed();
        connections.erase(connection);
    };
    const std::unique_ptr<void, decltype(forget)> guard(this, forget);
    co_await connection->run();
}

void Server::Impl::turn_away(tcp::socket socket) const
{
    RequestMetrics::refused(503);
    const Response response = error_response(Error(ErrorKind::unavailable, {}), ErrorShape::internal);
    std::string bytes;
    append_head(bytes, response, Request(), state.date, ConnectionHeader::close);
    bytes += response.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    // Unread bytes would turn the close into a reset, which may overtake the answer.
    std::array<char, 4096> unread{};
    socket.read_some(asio::buffer(unread), ignored);
    socket.write_some(asio::buffer(bytes), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Server::Impl::check_deadlines()
{
    state.date = format_http_date(state.clock.now());
    const auto now = std::chrono::steady_clock::now();
    for (Connection& connection : connections) connection.check(now);
}

Task<> Server::Impl::drain()
{
    state.draining = true;
    error_code ignored;
    acceptor.close(ignored);
    scope.close();
    for (Connection& connection : connections) connection.drain();

    const auto tick = tick_of(state.options);
    const auto soft_end = deadline_in(state.options.drain_timeout);
    while (!co_await scope.join(std::min(soft_end, deadline_in(tick))) && std::chrono::steady_clock::now() < soft_end)
    {
        check_deadlines();
    }
    if (scope.running() == 0) co_return;

    log::warning("connections cut off at the end of the drain", {{"connections", connections.size()}});
    for (Connection& connection : connections) connection.cut_off();
    if (!co_await scope.join(deadline_in(state.options.request_timeout)))
    {
        log::error("handlers still run after request_timeout", {{"tasks", scope.running()}});
    }
}

Server::Server(asio::any_io_executor executor, ServerOptions options, Dispatch dispatch, const Clock& clock,
               Admit admit)
    : impl_(std::make_unique<Impl>(executor, checked(std::move(options)), std::move(dispatch), clock, std::move(admit)))
{
}

Server::~Server() = default;

std::uint16_t Server::port() const
{
    return impl_->port;
}

Task<> Server::run(StopToken stop)
{
    impl_->scope.spawn("http_accept", impl_->accept());
    const auto tick = tick_of(impl_->state.options);
    while (!co_await stop.wait_for(tick)) impl_->check_deadlines();
    co_await impl_->drain();
}

}  // namespace herald::http
