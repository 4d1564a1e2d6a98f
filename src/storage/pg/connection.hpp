// Private to storage/pg: one libpq connection in pipeline mode, driven by Asio.
//
// Requests go out as they come and their answers are matched in order. The connection opens itself again with a growing
// pause after a loss, until close(). Belongs to one Loop. The owner outlives it or calls close() first.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_set>

#include <libpq-fe.h>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "storage/pg/request.hpp"

namespace herald::pg
{

class Connection;

// What a connection tells whoever keeps it. Called on the loop; the connection may be used from inside, except close().
class ConnectionOwner
{
public:
    virtual ~ConnectionOwner() = default;
    virtual void connection_ready(Connection& connection) = 0;
    // `unsent` has had no effect and may go elsewhere; what was in flight has failed already. Also called when opening
    // failed.
    virtual void connection_lost(Connection& connection, std::deque<RequestPtr> unsent, const std::string& reason) = 0;
    // The last answer has been read, or a cancel request is over: it takes requests again.
    virtual void connection_idle(Connection& connection) = 0;
    // The server is sure to have kept nothing of `request`, for a reason that was not its own.
    virtual void send_again(RequestPtr request) = 0;
    virtual void notified(std::string_view channel, std::string_view payload) = 0;
};

struct ConnectionSettings
{
    std::string conninfo;
    std::string application_name;
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds away_patience;
};

class Connection : public std::enable_shared_from_this<Connection>
{
public:
    Connection(asio::any_io_executor executor, const ConnectionSettings& settings, ConnectionOwner& owner);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    void open();  // nothing when it is open or opening already
    void close();
    // Breaks a connection whose state on the server is in doubt; it opens again by itself.
    void drop(const std::string& reason) { lost(reason); }

    [[nodiscard]] bool never_opened() const { return state_ == State::fresh; }
    [[nodiscard]] bool ready() const { return state_ == State::ready; }
    // Ready, and no cancel request is under way that might hit what would be sent now.
    [[nodiscard]] bool accepts() const { return ready() && !cancelling_; }
    [[nodiscard]] std::size_t load() const { return in_flight_.size() + unsent_.size(); }
    // Changes with every loss. What was begun on another generation is gone.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    // No transaction is open on the server.
    [[nodiscard]] bool clean() const { return ready() && PQtransactionStatus(conn_) == PQTRANS_IDLE; }

    // ready() only. While a cancel request is under way the request is kept back.
    void submit(RequestPtr request);
    // Nobody waits for `request`, which is in flight here: the server is asked to stop it once it is its turn.
    void abandon(const Request& request);

private:
    enum class State
    {
        fresh,
        opening,
        ready,
        pausing,  // lost; open() follows
        closed,
    };

    // Opening and losing (connection_open.cpp).
    void start();
    void wait_to_poll(bool for_reading);
    void poll();
    void opened();
    void watch_opening();
    void lost(std::string reason);
    void not_opened();
    void tear_down();
    void pause();

    // Traffic (connection.cpp).
    bool send(Request& request);
    bool send_script(const Request& request);
    void flush();
    void flush_later();
    void wait_readable();
    void wait_writable();
    void read();
    void read_answers();
    void take(PGresult* result);
    void take_error(Request& request, PGresult* result);
    void end_command();
    void finish_front();
    void read_notifications();
    [[nodiscard]] std::string last_words() const;

    // Cancelling (connection_cancel.cpp).
    void look_at_front();
    void cancel_front();
    void cancel_ended();
    void watch_cancelled();

    asio::any_io_executor executor_;
    const ConnectionSettings& settings_;
    ConnectionOwner& owner_;

    State state_ = State::fresh;
    std::uint64_t generation_ = 0;
    PGconn* conn_ = nullptr;
    asio::posix::stream_descriptor socket_;  // libpq owns the descriptor: released before PQfinish
    asio::steady_timer opening_timer_;       // the time limit of an attempt, and the pause before the next
    std::chrono::milliseconds pause_;
    bool had_socket_ = false;  // this attempt got as far as an address

    std::deque<RequestPtr> in_flight_;  // sent; the answers come in this order
    std::deque<RequestPtr> unsent_;     // kept back while cancelling_
    std::unordered_set<const StatementInfo*> prepared_;
    bool flush_planned_ = false;
    bool writing_ = false;  // the socket took less than there was; a wait for writability is under way

    bool cancelling_ = false;
    asio::steady_timer cancel_timer_;
};

}  // namespace herald::pg
