#include "storage/pg/standby.hpp"

#include <chrono>
#include <memory>
#include <string_view>
#include <thread>

#include <libpq-fe.h>

namespace herald::pg
{

namespace
{

using PgConnection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using PgResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr std::chrono::milliseconds kPoll{20};
constexpr std::chrono::minutes kLongestWait{1};

constexpr const char* kCaughtUp =
    "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' "
    "AND pg_wal_lsn_diff(pg_current_wal_flush_lsn(), flush_lsn) < 1048576";
constexpr const char* kSynchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
constexpr const char* kNotSynchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'async'";

Failure trouble(PGconn* connection)
{
    return fail(ErrorKind::unavailable, PQerrorMessage(connection));
}

// ALTER SYSTEM runs in no transaction, so each statement is sent by itself.
Result<void> run(PGconn* connection, const char* statement)
{
    const PgResult done(PQexec(connection, statement), &PQclear);
    const auto status = PQresultStatus(done.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    return trouble(connection);
}

Result<void> wait_for_row(PGconn* connection, const char* question)
{
    const auto until = std::chrono::steady_clock::now() + kLongestWait;
    for (;;)
    {
        const PgResult answer(PQexec(connection, question), &PQclear);
        if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) return trouble(connection);
        if (PQntuples(answer.get()) > 0) return {};
        if (std::chrono::steady_clock::now() > until)
            return fail(ErrorKind::unavailable, "no standby has come into that state within a minute");
        std::this_thread::sleep_for(kPoll);
    }
}

}  // namespace

Result<void> await_standby(const std::string& primary)
{
    const PgConnection connection(PQconnectdb(primary.c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) return trouble(connection.get());
    return wait_for_row(connection.get(), kCaughtUp);
}

Result<void> require_standby(const std::string& primary, bool required)
{
    const PgConnection connection(PQconnectdb(primary.c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) return trouble(connection.get());
    const char* const change =
        required ? "ALTER SYSTEM SET synchronous_standby_names = '*'" : "ALTER SYSTEM RESET synchronous_standby_names";
    if (auto changed = run(connection.get(), change); !changed) return changed;
    if (auto loaded = run(connection.get(), "SELECT pg_reload_conf()"); !loaded) return loaded;
    return wait_for_row(connection.get(), required ? kSynchronous : kNotSynchronous);
}

}  // namespace herald::pg
