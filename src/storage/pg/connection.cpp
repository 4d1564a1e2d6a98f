#include "storage/pg/connection.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "storage/pg/database.hpp"
#include "storage/pg/rows_data.hpp"

namespace herald::pg
{

namespace
{

constexpr int kBinary = 1;

std::string field(const PGresult* result, int code)
{
    const auto* text = PQresultErrorField(result, code);
    return text != nullptr ? text : "";
}

// What the database's own trouble is, is decided here and nowhere else. The primary message alone: DETAIL holds values
// of the row.
std::exception_ptr error_of(const PGresult* result, const std::string& sqlstate, std::string_view statement)
{
    const auto message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    // Connections, resources, operators, and a server that is a standby now or whose disk fails.
    for (const std::string_view passing : {"08", "53", "57", "58", "25006"})
    {
        if (sqlstate.starts_with(passing))
            return std::make_exception_ptr(Unavailable(fmt::format("{} ({})", message, sqlstate)));
    }
    SqlError error(sqlstate, field(result, PG_DIAG_CONSTRAINT_NAME), message);
    error.statement = statement;
    return std::make_exception_ptr(std::move(error));
}

}  // namespace

void Connection::submit(RequestPtr request)
{
    if (cancelling_)
    {
        unsent_.push_back(std::move(request));
        return;
    }
    request->connection = this;
    in_flight_.push_back(std::move(request));
    if (!send(*in_flight_.back())) return lost(last_words());
    flush_later();
}

bool Connection::send(Request& request)
{
    if (!request.script.empty()) return send_script(request);
    for (auto& part : request.parts)
    {
        const auto& statement = *part.statement;
        const auto params = part.params.view();
        part.prepares = prepared_.insert(&statement).second;
        if (part.prepares &&
            PQsendPrepare(conn_, statement.name.c_str(), statement.text.c_str(), params.count, params.types) == 0)
        {
            return false;
        }
        if (PQsendQueryPrepared(conn_, statement.name.c_str(), params.count, params.values, params.lengths,
                                params.formats, kBinary) == 0)
        {
            return false;
        }
    }
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    return PQsendPipelineSync(conn_) == 1;
#else
    return PQpipelineSync(conn_) == 1;  // before libpq 17 this also writes to the socket
#endif
}

// Several statements in one text only exist in the simple protocol, which pipeline mode does not speak. Nothing else is
// in flight: a script has its connection for itself.
bool Connection::send_script(const Request& request)
{
    return PQexitPipelineMode(conn_) == 1 && PQsendQuery(conn_, request.script.c_str()) == 1;
}

// One write for everything that the coroutines of this turn of the loop have queued.
void Connection::flush_later()
{
    if (flush_planned_ || writing_) return;
    flush_planned_ = true;
    asio::post(executor_,
               [self = shared_from_this(), generation = generation_]
               {
                   if (generation != self->generation_) return;
                   self->flush_planned_ = false;
                   self->flush();
               });
}

void Connection::flush()
{
    const auto left = PQflush(conn_);
    if (left < 0) return lost(last_words());
    if (left > 0 && !writing_) wait_writable();
}

void Connection::wait_writable()
{
    writing_ = true;
    socket_.async_wait(asio::posix::stream_descriptor::wait_write,
                       [self = shared_from_this(), generation = generation_](const boost::system::error_code& error)
                       {
                           if (error || generation != self->generation_) return;
                           self->writing_ = false;
                           self->flush();
                       });
}

void Connection::wait_readable()
{
    socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this(), generation = generation_](const boost::system::error_code& error)
                       {
                           if (error || generation != self->generation_) return;
                           self->read();
                       });
}

void Connection::read()
{
    const auto generation = generation_;
    const auto alive = PQconsumeInput(conn_) == 1;
    read_answers();  // also what the server said before it hung up
    if (generation != generation_) return;
    if (!alive || PQstatus(conn_) == CONNECTION_BAD) return lost(last_words());
    read_notifications();
    if (generation != generation_) return;
    wait_readable();
}

// Every command ends with a NULL, every Sync is an answer of its own without one. Two NULLs without an answer between
// them mean that libpq and we disagree about what is in flight.
void Connection::read_answers()
{
    const auto generation = generation_;
    int empty_handed = 0;
    while (generation == generation_ && !in_flight_.empty() && PQisBusy(conn_) == 0)
    {
        auto* result = PQgetResult(conn_);
        if (result != nullptr)
        {
            empty_handed = 0;
            take(result);
        }
        else if (++empty_handed > 2)
        {
            if (PQstatus(conn_) == CONNECTION_BAD) return;  // read() says why
            return lost("the answers of the server do not match what was asked");
        }
        else
        {
            end_command();
        }
    }
}

void Connection::take(PGresult* result)
{
    auto& request = *in_flight_.front();
    request.answered = true;
    const auto status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC)
    {
        PQclear(result);
        return finish_front();
    }
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) return take_error(request, result);

    auto data = std::make_shared<const Rows::Data>(
        result,
        request.part < request.parts.size() ? std::string_view(request.parts[request.part].statement->name) : "");
    if (request.part >= request.parts.size()) return;  // an answer inside a script
    auto& part = request.parts[request.part];
    const bool to_prepare = part.prepares && !request.prepare_answered;
    if (status == PGRES_PIPELINE_ABORTED)
    {
        if (to_prepare) prepared_.erase(part.statement);
    }
    else if (part.statement->commits && std::string_view(PQcmdStatus(result)) == "ROLLBACK")
    {
        request.sqlstate = "25P02";
        request.error = std::make_exception_ptr(
            SqlError(request.sqlstate, "", "the transaction had failed before, so it was rolled back"));
    }
    else if (!to_prepare)
    {
        part.rows = Rows(std::move(data));
    }
}

void Connection::take_error(Request& request, PGresult* result)
{
    if (request.part < request.parts.size())
    {
        const auto& part = request.parts[request.part];
        // A Parse that failed, or a statement the server has forgotten (DISCARD, a Parse that failed further ahead).
        const bool forgotten = field(result, PG_DIAG_SQLSTATE) == "26000";
        if (forgotten || (part.prepares && !request.prepare_answered)) prepared_.erase(part.statement);
    }
    if (!request.error)
    {
        request.sqlstate = field(result, PG_DIAG_SQLSTATE);
        const bool named = request.part < request.parts.size();
        request.error = error_of(result, request.sqlstate, named ? request.parts[request.part].statement->name : "");
    }
    PQclear(result);
}

void Connection::end_command()
{
    auto& request = *in_flight_.front();
    if (!request.script.empty())
    {
        if (PQenterPipelineMode(conn_) == 0) return lost(last_words());
        return finish_front();
    }
    if (!request.answered) return;
    request.answered = false;
    if (request.part >= request.parts.size()) return;
    if (request.parts[request.part].prepares && !request.prepare_answered)
    {
        request.prepare_answered = true;
        return;
    }
    request.prepare_answered = false;
    ++request.part;
}

void Connection::finish_front()
{
    const auto request = std::move(in_flight_.front());
    in_flight_.pop_front();
    cancel_timer_.cancel();

    // Its own Sync failed as a whole, so nothing of it was kept: it may be sent again when the fault was a neighbour's.
    const bool hit_by_mistake = request->exposed_to_cancel && request->sqlstate == "57014";
    const bool forgotten = request->sqlstate == "26000";
    if ((hit_by_mistake || forgotten) && !request->in_transaction && !request->abandoned && !request->tried_again)
    {
        request->reset();
        request->tried_again = true;
        owner_.send_again(request);
    }
    else
    {
        request->finish(request->error);
    }
    if (!ready()) return;
    look_at_front();
    if (in_flight_.empty() && !cancelling_) owner_.connection_idle(*this);
}

void Connection::read_notifications()
{
    const auto generation = generation_;
    while (generation == generation_)
    {
        const std::unique_ptr<PGnotify, decltype(&PQfreemem)> notification(PQnotifies(conn_), &PQfreemem);
        if (!notification) return;
        owner_.notified(notification->relname, notification->extra);
    }
}

std::string Connection::last_words() const
{
    // Several lines (one an address that was tried, with hints) become one for the log.
    std::string words;
    for (const char c : std::string_view(PQerrorMessage(conn_)))
    {
        const bool space = c == '\n' || c == '\t' || c == ' ';
        if (!space)
            words.push_back(c);
        else if (!words.empty() && words.back() != ' ')
            words.push_back(' ');
    }
    while (!words.empty() && words.back() == ' ') words.pop_back();
    return words.empty() ? "the connection to the database was lost" : words;
}

}  // namespace herald::pg
