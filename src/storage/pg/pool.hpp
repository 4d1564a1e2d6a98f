// Private to storage/pg: which connection a request takes, and who waits for one.
//
// Statements share connections; a transaction has one for itself. With two connections or more, one always stays with
// the statements.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/notifier.hpp"
#include "storage/pg/connection.hpp"
#include "storage/pg/statement.hpp"

namespace herald::pg
{

// A coroutine that waits for a connection of its own.
struct Claim
{
    explicit Claim(const asio::any_io_executor& executor) : timer(executor) {}

    asio::steady_timer timer;  // expires at the deadline; cancelled when granted
    std::shared_ptr<Connection> connection;
    bool abandoned = false;
    std::exception_ptr refused;  // there will be none: the pool was closed, or the database is away
};

class Pool final : public ConnectionOwner, public std::enable_shared_from_this<Pool>
{
public:
    Pool(asio::any_io_executor executor, ConnectionSettings settings, std::size_t connections);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() override;

    const StatementInfo& info(const Statement& statement);
    RequestPtr make_request() { return std::make_shared<Request>(executor_); }
    void submit(RequestPtr request);
    void abandon(const RequestPtr& request);
    // Queues behind earlier claims. The connection comes with load() == 0.
    std::shared_ptr<Claim> claim();
    void abandon(const std::shared_ptr<Claim>& claim);
    // Given back. Nothing when it was lost meanwhile.
    void release(const std::shared_ptr<Connection>& connection, std::uint64_t generation);
    void close();

    void open_one_more();
    [[nodiscard]] bool any_ready() const;
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] std::size_t failures() const { return failures_; }
    [[nodiscard]] const std::string& last_failure() const { return last_failure_; }
    [[nodiscard]] Notifier& changed() { return changed_; }
    [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }
    [[nodiscard]] const ConnectionSettings& settings() const { return settings_; }

    void connection_ready(Connection& connection) override;
    void connection_lost(Connection& connection, std::deque<RequestPtr> unsent, const std::string& reason) override;
    void connection_idle(Connection& connection) override;
    void send_again(RequestPtr request) override;
    void notified(std::string_view channel, std::string_view payload) override;

private:
    // A claim that has been given `connection` but waits for its last answers.
    struct Slot
    {
        std::shared_ptr<Connection> connection;
        bool exclusive = false;
        std::shared_ptr<Claim> promised;
    };

    [[nodiscard]] bool is_away() const;
    void refuse_all(const std::string& reason);
    Slot* least_loaded();
    Slot& slot_of(const Connection& connection);
    void pump();
    void reserve();
    void grant(Slot& slot);
    void tell();

    asio::any_io_executor executor_;
    const ConnectionSettings settings_;
    std::vector<Slot> slots_;
    std::unordered_map<std::string_view, std::unique_ptr<StatementInfo>> statements_;
    std::deque<RequestPtr> waiting_;
    std::deque<std::shared_ptr<Claim>> claims_;
    Notifier changed_;
    std::optional<Deadline> unreachable_since_;  // no connection is ready, and opening one has failed
    std::size_t failures_ = 0;
    std::string last_failure_;
    bool closed_ = false;
    // What the process's gauges have been told of this pool.
    double told_waiting_ = 0;
    double told_ready_ = 0;
};

// Awaits the answer; throws what it failed with, or DeadlineExceeded. Cancels on the server when the caller gives up.
Task<> finished(std::shared_ptr<Pool> pool, RequestPtr request, Deadline deadline);
// Awaits a connection; throws Unavailable when the pool is closed, or DeadlineExceeded.
Task<std::shared_ptr<Connection>> claimed(std::shared_ptr<Pool> pool, Deadline deadline);

}  // namespace herald::pg
