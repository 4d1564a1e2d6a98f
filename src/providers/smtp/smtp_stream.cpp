#include "providers/smtp/smtp_stream.hpp"

#include <sys/socket.h>

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "runtime/notifier.hpp"

namespace herald
{
namespace
{

using Tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBlock = 4'096;
constexpr seconds kLastWords{1};

// In the hands of the resolver's handler: a look-up that hangs is left behind, not waited for.
struct LookUp
{
    explicit LookUp(const asio::any_io_executor& executor) : resolver(executor) {}

    Tcp::resolver resolver;
    bool has_ended = false;
    error_code error;
    Tcp::resolver::results_type found;
    Notifier ended;
};

Task<std::shared_ptr<LookUp>> look_up(std::string host, int port, Deadline deadline)
{
    const auto executor = co_await asio::this_coro::executor;
    auto look_up = std::make_shared<LookUp>(executor);
    look_up->resolver.async_resolve(host, std::to_string(port), Tcp::resolver::numeric_service,
                                    [look_up](const error_code& error, Tcp::resolver::results_type found)
                                    {
                                        look_up->has_ended = true;
                                        look_up->error = error;
                                        look_up->found = std::move(found);
                                        look_up->ended.notify_all();
                                    });
    co_await look_up->ended.wait(deadline);
    if (!look_up->has_ended) look_up->error = asio::error::timed_out;
    co_return look_up;
}

}  // namespace

struct SmtpStream::State : std::enable_shared_from_this<State>
{
    State(const asio::any_io_executor& executor, asio::ssl::context& tls) : stream(executor, tls), watchdog(executor) {}

    Tcp::socket& socket() { return stream.next_layer(); }

    void close()
    {
        error_code ignored;
        watchdog.cancel();
        socket().close(ignored);
    }

    void watch(Deadline until)
    {
        deadline = until;
        watchdog.expires_at(until);
        watchdog.async_wait(
            [weak = weak_from_this()](const error_code& error)
            {
                const auto self = weak.lock();
                // A wait that ended just before the deadline was moved speaks of the old one.
                if (!self || error || std::chrono::steady_clock::now() < self->deadline) return;
                self->timed_out = true;
                self->close();
            });
    }

    asio::ssl::stream<Tcp::socket> stream;
    asio::steady_timer watchdog;
    Deadline deadline{};
    bool encrypted = false;
    bool timed_out = false;
    std::string last_words;
};

SmtpStream::SmtpStream(asio::any_io_executor executor, asio::ssl::context& tls)
    : state_(std::make_shared<State>(executor, tls))
{
}

SmtpStream::~SmtpStream()
{
    // Once given its last words, the connection is no longer ours to close.
    if (state_->last_words.empty()) state_->close();
}

void SmtpStream::set_deadline(Deadline deadline)
{
    state_->watch(deadline);
}

bool SmtpStream::timed_out() const
{
    return state_->timed_out;
}

Task<error_code> SmtpStream::connect(std::string host, int port)
{
    const auto found = co_await look_up(std::move(host), port, state_->deadline);
    if (found->error)
    {
        if (!found->has_ended) state_->timed_out = true;
        close();
        co_return found->error;
    }
    auto [error, endpoint] = co_await asio::async_connect(state_->socket(), found->found, kAwait);
    error_code ignored;
    if (!error) state_->socket().set_option(Tcp::no_delay(true), ignored);
    if (error) close();
    co_return error;
}

Task<error_code> SmtpStream::start_tls(std::string host)
{
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    // RFC 6066 section 3: the name indication takes no addresses.
    if (not_an_address) SSL_set_tlsext_host_name(state_->stream.native_handle(), host.c_str());
    error_code failed;
    state_->stream.set_verify_mode(asio::ssl::verify_peer, failed);
    if (!failed) state_->stream.set_verify_callback(asio::ssl::host_name_verification(host), failed);
    if (!failed)
    {
        const auto [error] = co_await state_->stream.async_handshake(asio::ssl::stream_base::client, kAwait);
        failed = error;
    }
    if (failed)
        close();
    else
        state_->encrypted = true;
    co_return failed;
}

Task<error_code> SmtpStream::write(std::string_view bytes)
{
    const auto buffer = asio::buffer(bytes);
    const auto [error, written] = state_->encrypted ? co_await asio::async_write(state_->stream, buffer, kAwait)
                                                    : co_await asio::async_write(state_->socket(), buffer, kAwait);
    if (error) close();
    co_return error;
}

Task<error_code> SmtpStream::read(std::string& to)
{
    std::array<char, kReadBlock> block{};
    const auto buffer = asio::buffer(block);
    const auto [error, count] = state_->encrypted ? co_await state_->stream.async_read_some(buffer, kAwait)
                                                  : co_await state_->socket().async_read_some(buffer, kAwait);
    to.append(block.data(), count);
    if (error) close();
    co_return error;
}

bool SmtpStream::is_quiet() const
{
    if (!state_->socket().is_open()) return false;
    char byte = 0;
    const auto got = ::recv(state_->socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void SmtpStream::close()
{
    state_->close();
}

void SmtpStream::close_after(std::string last_words)
{
    if (!state_->socket().is_open() || last_words.empty()) return close();
    state_->last_words = std::move(last_words);
    state_->watch(deadline_in(kLastWords));
    const auto buffer = asio::buffer(state_->last_words);
    auto done = [state = state_](const error_code&, std::size_t)
    {
        state->close();
    };
    if (state_->encrypted)
        asio::async_write(state_->stream, buffer, std::move(done));
    else
        asio::async_write(state_->socket(), buffer, std::move(done));
}

}  // namespace herald
