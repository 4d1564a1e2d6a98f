// PostgreSQL for coroutines: libpq without blocking, in pipeline mode.
//
// A Database belongs to one Loop and keeps a small fixed number of connections (two to four are enough; more lose,
// docs/architecture.md). Statements outside a transaction are pipelined: several coroutines' statements travel on one
// connection without waiting for each other, each with its own Sync, so each commits or fails alone. A Transaction has
// its connection for itself until it ends.
//
// A lost connection fails what was in flight with Unavailable (the effects are unknown) and is opened again with a
// growing pause. What the server refuses because it is out of service itself is Unavailable as well.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/task.hpp"
#include "storage/pg/params.hpp"
#include "storage/pg/rows.hpp"
#include "storage/pg/statement.hpp"

namespace herald::pg
{

// The server refused a statement, for a reason that lies in the statement, its values or other transactions.
class SqlError : public std::runtime_error
{
public:
    SqlError(std::string state, std::string constraint_name, const std::string& message)
        : std::runtime_error(message), sqlstate(std::move(state)), constraint(std::move(constraint_name))
    {
    }
    std::string sqlstate;    // five characters, e.g. 23505
    std::string constraint;  // name of the violated constraint, or empty
    std::string statement;   // its name, which is the file's stem under storage/queries; empty for a script

    [[nodiscard]] bool is_unique_violation() const { return sqlstate == "23505"; }
    // 40001 and 40P01: the transaction may be tried again.
    [[nodiscard]] bool is_retryable() const { return sqlstate == "40001" || sqlstate == "40P01"; }
    // Classes 22 (data), 23 (integrity) and 54 (limits): the fault is in a row, and a batch without it may be taken.
    // Anything else (no privilege, a broken statement) is about the database.
    [[nodiscard]] bool is_about_a_row() const
    {
        return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("54");
    }
};

// The database's trouble, which passes: no connection, or it was lost, or the server is out of service (SQLSTATE
// classes 08 connection, 53 insufficient resources, a full disk among them, 57 operator intervention). Whether the
// statement had its effect is unknown.
class Unavailable : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct DatabaseOptions
{
    std::string conninfo;  // libpq connection string or URI
    int connections = 4;   // 1..64
    std::chrono::milliseconds connect_timeout{5000};
    // For how long requests wait for a database that cannot be reached: a restart is ridden out, an outage is answered
    // at once (Unavailable).
    std::chrono::milliseconds away_patience{2000};
    std::string application_name = "herald";
};

class Connection;

// Move-only. Destroyed without commit(): rolled back (the connection is told so before anyone else gets it).
class Transaction
{
public:
    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) noexcept;
    ~Transaction();

    Task<Rows> execute(Statement statement, Params params, Deadline deadline);
    // As Database::run_script, inside this transaction.
    Task<> run_script(std::string script, Deadline deadline);
    // Throws SqlError when a deferred constraint refuses it, or when a statement had failed before. Any other exception
    // leaves the outcome unknown.
    Task<> commit(Deadline deadline);
    Task<> rollback(Deadline deadline);

private:
    friend class Database;
    struct Impl;
    explicit Transaction(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

class Database
{
public:
    Database(asio::any_io_executor executor, DatabaseOptions options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // Opens the first connection; throws Unavailable with the server's words when it cannot. The others open when
    // needed.
    Task<> connect(Deadline deadline);
    // Prepared on first use on each connection. Throws SqlError, Unavailable or DeadlineExceeded; at the deadline the
    // statement is cancelled on the server as well.
    Task<Rows> execute(Statement statement, Params params, Deadline deadline);
    // Several statements, one transaction, one round trip: sent together behind one Sync. All answers, or the first
    // SqlError (nothing kept).
    Task<std::vector<Rows>> execute_together(std::vector<std::pair<Statement, Params>> statements, Deadline deadline);
    Task<Transaction> begin(Deadline deadline);
    // A script of several statements without parameters (migrations, tests). Runs as one implicit transaction.
    Task<> run_script(std::string script, Deadline deadline);
    // Waits until a NOTIFY arrives on `channel` or the deadline; keeps a connection of its own. Returns the payloads
    // seen since the last call. Returns early with none once the channel is listened to, the first time and after every
    // reconnect: something may have been missed, so look. At the deadline: none. One coroutine a channel.
    Task<std::vector<std::string>> listen(std::string channel, Deadline deadline);
    // Closes every connection. What waits fails with Unavailable.
    void close();

private:
    friend class Transaction;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace herald::pg
