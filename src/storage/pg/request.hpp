// Private to storage/pg: one unit of work on a connection, and how a coroutine waits for it.
#pragma once

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include <boost/container/small_vector.hpp>

#include "runtime/task.hpp"
#include "storage/pg/params.hpp"
#include "storage/pg/rows.hpp"

namespace prometheus
{
class Histogram;
}

namespace herald::pg
{

class Connection;

// A Statement that was used once on this Database. libpq wants texts that end in NUL; the address is the key of
// "prepared here".
struct StatementInfo
{
    std::string name;
    std::string text;
    prometheus::Histogram* seconds;
    bool commits =
        false;  // COMMIT: the server answers it with ROLLBACK, not with an error, when the transaction had failed
};

struct Part
{
    Part(const StatementInfo& info, Params values) : statement(&info), params(std::move(values)) {}

    const StatementInfo* statement;
    Params params;
    Rows rows;
    bool prepares = false;  // a Parse travels in front of it
};

// Statements that share one Sync, so they are kept or lost together; or a script. Shared between the coroutine that
// waits and the connection that still has to read the answers when nobody waits any more.
struct Request
{
    explicit Request(const asio::any_io_executor& executor) : timer(executor) {}

    void add(const StatementInfo& statement, Params params) { parts.emplace_back(statement, std::move(params)); }
    // The answer is complete: wakes whoever waits. `failure` is empty when it went well.
    void finish(std::exception_ptr failure);
    // Forgets what came back, to be sent again.
    void reset();

    boost::container::small_vector<Part, 1> parts;
    std::string script;                        // instead of parts
    bool in_transaction = false;               // belongs to a Transaction's connection: never moved to another one
    std::function<void(const Request&)> then;  // for requests nobody awaits (the ROLLBACK of a dropped Transaction)

    asio::steady_timer timer;  // expires at the deadline; cancelled when done
    std::exception_ptr error;
    bool done = false;
    bool abandoned = false;  // nobody waits: the answers are read and dropped

    // Where the answers have got to. Only the Connection writes these.
    Connection* connection = nullptr;  // while in flight
    std::size_t part = 0;
    bool prepare_answered = false;
    bool answered = false;           // something came for the current command; the NULL that follows ends it
    bool exposed_to_cancel = false;  // in flight while a cancel request for a neighbour was on its way
    bool tried_again = false;
    std::string sqlstate;  // of `error`
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

using RequestPtr = std::shared_ptr<Request>;

}  // namespace herald::pg
