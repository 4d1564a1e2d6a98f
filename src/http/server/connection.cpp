#include "http/server/connection.hpp"

#include <array>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/log.hpp"
#include "http/server/errors.hpp"
#include "http/server/request_head.hpp"
#include "http/server/route.hpp"

namespace herald::http
{

namespace
{

using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kSmallRead = 4 * 1024;
constexpr std::size_t kBodyRead = 32 * 1024;
constexpr std::chrono::milliseconds kLingerTimeout{2000};

struct Refusal
{
    int status;
    std::string_view message;
};

Refusal refusal_of(ParseStatus status)
{
    switch (status)
    {
        case ParseStatus::header_too_large:
            return {431, "Request header is too large"};
        case ParseStatus::body_too_large:
            return {413, "Request body is too large"};
        case ParseStatus::not_implemented:
            return {501, "Transfer-Encoding is not supported"};
        default:
            return {400, "Malformed HTTP request"};
    }
}

// Nothing was routed, but a body that is too large came from a client of the API, who can tell by the path which shape
// it reads.
Response refusal_response(int status, std::string_view message, std::string_view target)
{
    if (status == status_of(ErrorKind::too_large) && target.starts_with("/v2/"))
        return error_response(Error(ErrorKind::too_large, std::string(message)), ErrorShape::v2);
    return internal_error_response(status, message);
}

}  // namespace

asio::mutable_buffer InputBuffer::prepare(std::size_t size)
{
    if (begin_ > 0)
    {
        std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (storage_.size() < end_ + size) storage_.resize(end_ + size);
    return asio::buffer(storage_.data() + end_, storage_.size() - end_);
}

void InputBuffer::consume(std::size_t count)
{
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
}

Connection::Connection(asio::ip::tcp::socket socket, ServerState& state)
    : socket_(std::move(socket)),
      state_(state),
      deadline_(deadline_in(state.options.header_timeout)),
      parser_({state.options.max_header_bytes, state.options.max_body_bytes}),
      body_share_(state.bodies)
{
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto peer = socket_.remote_endpoint(ignored);
    if (!ignored) peer_address_ = peer.address().to_string();
}

Task<> Connection::run()
{
    while (co_await read_request() && co_await answer())
    {
        enter(Phase::idle, state_.options.idle_timeout);
    }
    close();
}

void Connection::enter(Phase phase, std::chrono::milliseconds timeout)
{
    phase_ = phase;
    deadline_ = deadline_in(timeout);
}

void Connection::check(Deadline now)
{
    if (now < deadline_) return;
    if (phase_ == Phase::answering) return give_up_answering();
    ending_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

void Connection::drain()
{
    if (phase_ != Phase::idle || !input_.empty()) return;
    ending_ = true;
    error_code ignored;
    socket_.cancel(ignored);
}

void Connection::cut_off()
{
    ending_ = true;
    abandoned_ = true;
    close();
}

// The handler cannot be stopped from outside, but its client need not wait for it. Nobody else writes while it works,
// and this little text fits the socket's empty send buffer.
void Connection::give_up_answering()
{
    if (abandoned_) return;
    abandoned_ = true;
    const Response response = error_response(Error(ErrorKind::unavailable, {}),
                                             request_.route != nullptr ? request_.route->shape : ErrorShape::internal);
    std::string bytes;
    append_head(bytes, response, request_, state_.date, ConnectionHeader::close);
    if (!request_.head_only) bytes += response.body;
    error_code ignored;
    socket_.write_some(asio::buffer(bytes), ignored);
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    log::warning("request ran out of time",
                 {{"trace_id", request_.trace_id},
                  {"route", request_.route != nullptr ? request_.route->path : std::string_view("unmatched")}});
    report(response.status);
}

void Connection::close()
{
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
}

// Some clients end a body with a line break too many; RFC 9112, section 2.2 asks servers to skip it.
void Connection::skip_blank_lines()
{
    while (input_.bytes().starts_with("\r\n")) input_.consume(2);
}

HeadOptions Connection::head_options() const
{
    return {state_.options.trust_proxy_headers, peer_address_, state_.fallback_host, parser_.is_http_1_0()};
}

// True when request_ is complete and to be answered.
Task<bool> Connection::read_request()
{
    request_.reset();
    header_complete_ = false;
    max_body_bytes_ = state_.options.max_body_bytes;
    parser_.start(request_);
    for (;;)
    {
        if (phase_ == Phase::idle) skip_blank_lines();
        if (!input_.empty())
        {
            std::size_t consumed = 0;
            const ParseStatus status = parser_.put(input_.bytes(), consumed);
            input_.consume(consumed);
            if (!co_await keep_body()) co_return false;
            if (status == ParseStatus::done) co_return co_await complete_header();
            if (!co_await continue_request(status)) co_return false;
        }
        if (!co_await read_some()) co_return false;
    }
}

// False: refused.
Task<bool> Connection::complete_header()
{
    if (header_complete_) co_return true;
    header_complete_ = true;
    if (complete_head(request_, head_options())) co_return true;
    co_await refuse(400, "Malformed HTTP request");
    co_return false;
}

// Whether the body that is still to come may be sent. False: refused.
Task<bool> Connection::admit()
{
    if (!co_await complete_header()) co_return false;
    if (!state_.admit) co_return true;
    begin_answering();
    Admission admission = co_await state_.admit(request_);
    if (abandoned_) co_return false;
    max_body_bytes_ = std::min(max_body_bytes_, admission.max_body_bytes);
    if (!admission.refusal) co_return true;
    if (co_await respond(std::move(*admission.refusal), false)) co_await linger();
    co_return false;
}

// False: what has come of the body is too much, and was refused.
Task<bool> Connection::keep_body()
{
    if (request_.body.size() > max_body_bytes_)
    {
        const Refusal refusal = refusal_of(ParseStatus::body_too_large);
        co_await refuse(refusal.status, refusal.message);
        co_return false;
    }
    if (body_share_.grow_to(request_.body.size())) co_return true;
    const bool as_v2 = request_.target.starts_with("/v2/");
    co_await refuse(error_response(Error(ErrorKind::unavailable, {}), as_v2 ? ErrorShape::v2 : ErrorShape::internal));
    co_return false;
}

// After a part of a request: what it means for the clock, and for a client that waits for 100 Continue.
Task<bool> Connection::continue_request(ParseStatus status)
{
    if (status != ParseStatus::need_more)
    {
        const Refusal refusal = refusal_of(status);
        co_await refuse(refusal.status, refusal.message);
        co_return false;
    }
    if (phase_ == Phase::idle) enter(Phase::head, state_.options.header_timeout);
    if (phase_ == Phase::head && parser_.header_done())
    {
        if (!co_await admit()) co_return false;
        enter(Phase::body, state_.options.body_timeout);
        if (parser_.expects_continue() && request_.body.empty())
        {
            co_return co_await write("HTTP/1.1 100 Continue\r\n\r\n", {});
        }
    }
    co_return true;
}

Task<bool> Connection::read_some()
{
    if (ending_ || (state_.draining && phase_ == Phase::idle)) co_return false;
    const auto room = input_.prepare(phase_ == Phase::body ? kBodyRead : kSmallRead);
    const auto [error, count] = co_await socket_.async_read_some(room, kAwait);
    if (!error && !ending_)
    {
        input_.commit(count);
        co_return true;
    }
    if (phase_ == Phase::head || phase_ == Phase::body)
    {
        if (ending_) co_await refuse(408, "Request took too long");
        if (error == asio::error::eof) co_await refuse(400, "Malformed HTTP request");
    }
    co_return false;
}

// True when the connection goes on.
Task<bool> Connection::answer()
{
    begin_answering();
    Response response = co_await state_.dispatch(request_);
    if (abandoned_) co_return false;
    const bool goes_on = parser_.keep_alive() && !state_.draining;
    const bool written = co_await respond(std::move(response), goes_on);
    body_share_.release();
    co_return written&& goes_on;
}

void Connection::begin_answering()
{
    enter(Phase::answering, state_.options.request_timeout);
    answering_since_ = deadline_ - state_.options.request_timeout;
    request_.received_at = state_.clock.now();
    request_.deadline = deadline_;
}

// True when it was written.
Task<bool> Connection::respond(Response response, bool goes_on)
{
    if (!is_sendable(response))
    {
        log::error("a response header holds a line break", {{"trace_id", request_.trace_id}});
        response = internal_error_response(500, "Internal server error");
    }
    const auto connection = !goes_on                ? ConnectionHeader::close
                            : parser_.is_http_1_0() ? ConnectionHeader::keep_alive
                                                    : ConnectionHeader::none;
    head_.clear();
    append_head(head_, response, request_, state_.date, connection);
    enter(Phase::writing, state_.options.write_timeout);
    const bool sends_body = has_body(response.status) && !request_.head_only;
    const bool written = co_await write(head_, sends_body ? std::string_view(response.body) : std::string_view());
    report(response.status);
    co_return written;
}

// For requests that never get as far as routing. The connection ends, because where the next request would begin is
// unknown.
Task<> Connection::refuse(int status, std::string_view message)
{
    return refuse(refusal_response(status, message, request_.target));
}

Task<> Connection::refuse(Response response)
{
    RequestMetrics::refused(response.status);
    ending_ = false;
    head_.clear();
    append_head(head_, response, request_, state_.date, ConnectionHeader::close);
    enter(Phase::writing, state_.options.write_timeout);
    if (co_await write(head_, response.body)) co_await linger();
}

// Closing a socket with unread bytes resets the connection, and the client might never see the response.
Task<> Connection::linger()
{
    enter(Phase::lingering, kLingerTimeout);
    error_code error;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    input_ = InputBuffer();
    while (!error && !ending_)
    {
        const auto room = input_.prepare(kBodyRead);
        std::tie(error, std::ignore) = co_await socket_.async_read_some(room, kAwait);
    }
}

Task<bool> Connection::write(std::string_view head, std::string_view body)
{
    std::array buffers = {asio::buffer(head), asio::buffer(body)};
    error_code error;
    std::size_t sent =
        socket_.write_some(buffers, error);  // nearly always takes all of it, without a trip through the loop
    if (error && error != asio::error::would_block) co_return false;
    if (sent == head.size() + body.size()) co_return true;

    const std::size_t from_head = std::min(sent, head.size());
    buffers[0] += from_head;
    buffers[1] += sent - from_head;
    const auto [failure, rest] = co_await asio::async_write(socket_, buffers, kAwait);
    co_return !failure;
}

void Connection::report(int status) const
{
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - answering_since_;
    state_.metrics.answered(request_, status, took.count());
    log::debug("request answered",
               {{"trace_id", request_.trace_id},
                {"method", to_string(request_.method)},
                {"route", request_.route != nullptr ? request_.route->path : std::string_view("unmatched")},
                {"status", status},
                {"ms", took.count() * 1000}});
}

}  // namespace herald::http
