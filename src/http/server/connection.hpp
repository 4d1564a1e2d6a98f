// One client's connection: reads requests, has them answered in order, writes the responses.
//
// One coroutine a connection. It sets no timer: the server looks at all deadlines a few times a second
// (Connection::check), because arming a timer for every read costs more than answering a small request.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "http/server/body_budget.hpp"
#include "http/server/request_head.hpp"
#include "http/server/request_metrics.hpp"
#include "http/server/request_parser.hpp"
#include "http/server/response_head.hpp"
#include "http/server/server.hpp"

namespace herald::http
{

// What the connections of one server share. Outlives them.
struct ServerState
{
    ServerOptions options;
    Dispatch dispatch;
    Admit admit;  // may be empty
    const Clock& clock;
    RequestMetrics metrics;
    BodyBudget bodies;
    std::string date;           // of this second, for the Date header
    std::string fallback_host;  // for HTTP/1.0 without Host
    bool draining = false;
};

// Received bytes that are not parsed yet.
class InputBuffer
{
public:
    [[nodiscard]] std::string_view bytes() const { return {storage_.data() + begin_, end_ - begin_}; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    // Room for at least `size` more bytes behind bytes().
    asio::mutable_buffer prepare(std::size_t size);
    void commit(std::size_t count) { end_ += count; }
    void consume(std::size_t count);

private:
    std::vector<char> storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

class Connection
{
public:
    Connection(asio::ip::tcp::socket socket, ServerState& state);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Returns when the connection is closed. Called once; the connection outlives it.
    Task<> run();

    // Called by the server between the steps of run(), on the same loop:
    void check(Deadline now);  // acts on a deadline that has passed
    void drain();              // closes it if no request is under way
    void cut_off();            // closes it whatever is under way

private:
    enum class Phase
    {
        idle,       // no byte of the next request yet
        head,       // reading request line and headers
        body,       // reading the body
        answering,  // the handler works, or the header is judged
        writing,    // the peer takes the response
        lingering,  // discarding what a refused client still sends, so that it can read why
    };

    void enter(Phase phase, std::chrono::milliseconds timeout);
    Task<bool> read_request();
    Task<bool> continue_request(ParseStatus status);
    Task<bool> read_some();
    Task<bool> complete_header();
    Task<bool> admit();
    Task<bool> keep_body();
    Task<bool> answer();
    void begin_answering();
    Task<bool> respond(Response response, bool goes_on);
    Task<> refuse(int status, std::string_view message);
    Task<> refuse(Response response);
    Task<> linger();
    Task<bool> write(std::string_view head, std::string_view body);
    void give_up_answering();
    void close();
    void skip_blank_lines();
    [[nodiscard]] HeadOptions head_options() const;
    void report(int status) const;

    asio::ip::tcp::socket socket_;
    ServerState& state_;
    std::string peer_address_;
    Phase phase_ = Phase::idle;
    Deadline deadline_;
    Deadline answering_since_{};
    bool ending_ = false;     // a deadline has passed or the server drains: no further request
    bool abandoned_ = false;  // the client was told 503; what the handler returns has nowhere to go

    RequestParser parser_;
    InputBuffer input_;
    Request request_;
    bool header_complete_ = false;  // complete_head() has been called for request_
    std::size_t max_body_bytes_ = 0;
    BodyBudget::Share body_share_;
    std::string head_;  // of the response; kept for its capacity
};

}  // namespace herald::http
