// Opening, losing and opening again.
#include <array>
#include <random>

#include <fmt/format.h>
#include <prometheus/counter.h>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "storage/pg/connection.hpp"
#include "storage/pg/database.hpp"

namespace herald::pg
{

namespace
{

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{500};
constexpr int kOldestServer = 150000;

void log_notice(void* /*nothing*/, const PGresult* notice)
{
    const auto* text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    const auto* state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    log::debug("notice from the database",
               {{"sqlstate", state != nullptr ? state : ""}, {"notice", text != nullptr ? text : ""}});
}

// A quarter up or down, so that the connections of many processes do not all come back in the same instant.
std::chrono::milliseconds jittered(std::chrono::milliseconds pause)
{
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<std::int64_t> spread(pause.count() * 3 / 4, pause.count() * 5 / 4);
    return std::chrono::milliseconds(spread(random));
}

}  // namespace

Connection::Connection(asio::any_io_executor executor, const ConnectionSettings& settings, ConnectionOwner& owner)
    : executor_(std::move(executor)),
      settings_(settings),
      owner_(owner),
      socket_(executor_),
      opening_timer_(executor_),
      pause_(kFirstPause),
      cancel_timer_(executor_)
{
}

Connection::~Connection()
{
    if (socket_.is_open()) socket_.release();
    PQfinish(conn_);
}

void Connection::open()
{
    if (state_ == State::fresh) start();
}

void Connection::start()
{
    state_ = State::opening;
    had_socket_ = false;
    // Those before the connection string may be said otherwise in it: a peer that has vanished is noticed in seconds,
    // not when the statements that wait for it give up.
    const std::array keywords{
        "tcp_user_timeout", "keepalives_idle",           "keepalives_interval", "keepalives_count",
        "dbname",           "fallback_application_name", "client_encoding",     static_cast<const char*>(nullptr)};
    const std::array values{"5000",
                            "5",
                            "2",
                            "3",
                            settings_.conninfo.c_str(),
                            settings_.application_name.c_str(),
                            "UTF8",
                            static_cast<const char*>(nullptr)};
    conn_ = PQconnectStartParams(keywords.data(), values.data(), 1);
    if (conn_ == nullptr) throw std::bad_alloc();
    PQsetNoticeReceiver(conn_, log_notice, nullptr);
    if (PQstatus(conn_) == CONNECTION_BAD) return not_opened();
    watch_opening();
    wait_to_poll(false);
}

void Connection::watch_opening()
{
    opening_timer_.expires_after(settings_.connect_timeout);
    opening_timer_.async_wait(
        [self = shared_from_this(), generation = generation_](const boost::system::error_code& error)
        {
            if (error || generation != self->generation_ || self->state_ != State::opening) return;
            self->lost("the database did not answer within the connect timeout");
        });
}

// libpq may close one socket and open the next between two polls (several hosts or addresses), even under the same
// number: so the descriptor is handed to Asio for one wait at a time.
void Connection::wait_to_poll(bool for_reading)
{
    const auto what =
        for_reading ? asio::posix::stream_descriptor::wait_read : asio::posix::stream_descriptor::wait_write;
    had_socket_ = true;
    socket_.assign(PQsocket(conn_));
    socket_.async_wait(what,
                       [self = shared_from_this(), generation = generation_](const boost::system::error_code& error)
                       {
                           if (error || generation != self->generation_) return;
                           self->socket_.release();
                           self->poll();
                       });
}

void Connection::poll()
{
    switch (PQconnectPoll(conn_))
    {
        case PGRES_POLLING_READING:
            return wait_to_poll(true);
        case PGRES_POLLING_WRITING:
            return wait_to_poll(false);
        case PGRES_POLLING_OK:
            return opened();
        default:
            return not_opened();
    }
}

// Without a socket libpq's words are about the connection string, and quote what may be a piece of the password. A path
// of a local socket is none.
void Connection::not_opened()
{
    const char* host = PQhost(conn_);
    const bool local = host != nullptr && host[0] == '/';
    lost(had_socket_ || local ? last_words()
                              : "no server is reached at what database.url names: it is not found, or not running");
}

void Connection::opened()
{
    if (PQserverVersion(conn_) < kOldestServer)
    {
        return lost(fmt::format("PostgreSQL 15 or newer is needed; the server is {}", PQserverVersion(conn_) / 10000));
    }
    if (PQsetnonblocking(conn_, 1) != 0 || PQenterPipelineMode(conn_) == 0) return lost(last_words());
    opening_timer_.cancel();
    state_ = State::ready;
    pause_ = kFirstPause;
    socket_.assign(PQsocket(conn_));
    wait_readable();
    owner_.connection_ready(*this);
}

void Connection::lost(std::string reason)
{
    if (state_ == State::closed) return;
    const auto self = shared_from_this();
    static auto& losses = metrics::counter("herald_database_disconnect_total", "Connections lost or not opened");
    losses.Increment();
    log::warning("no connection to the database", {{"reason", reason}, {"was_open", state_ == State::ready}});
    const auto in_flight = std::move(in_flight_);
    auto unsent = std::move(unsent_);
    tear_down();
    state_ = State::pausing;
    pause();
    for (const auto& request : in_flight) request->finish(std::make_exception_ptr(Unavailable(reason)));
    owner_.connection_lost(*this, std::move(unsent), reason);
}

void Connection::tear_down()
{
    ++generation_;  // whatever still waits on the old socket or timers finds itself outdated
    in_flight_.clear();
    unsent_.clear();
    prepared_.clear();
    flush_planned_ = writing_ = cancelling_ = false;
    opening_timer_.cancel();
    cancel_timer_.cancel();
    if (socket_.is_open()) socket_.release();
    PQfinish(conn_);
    conn_ = nullptr;
}

void Connection::pause()
{
    opening_timer_.expires_after(jittered(pause_));
    pause_ = std::min(pause_ * 2, kLongestPause);
    opening_timer_.async_wait(
        [self = shared_from_this(), generation = generation_](const boost::system::error_code& error)
        {
            if (error || generation != self->generation_ || self->state_ != State::pausing) return;
            self->start();
        });
}

void Connection::close()
{
    if (state_ == State::closed) return;
    state_ = State::closed;
    const auto in_flight = std::move(in_flight_);
    const auto unsent = std::move(unsent_);
    tear_down();
    const auto reason = std::make_exception_ptr(Unavailable("the database was closed"));
    for (const auto& request : in_flight) request->finish(reason);
    for (const auto& request : unsent) request->finish(reason);
}

}  // namespace herald::pg
