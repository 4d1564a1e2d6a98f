// A PostgreSQL for the tests of one process: a private cluster in a temporary folder, started by the first test that
// needs it and removed at exit. What a crashed test process left behind is removed by the next one.
//
//     TEST(Things, AreKept)
//     {
//         with_database([](pg::Database& database) -> Task<>
//         {
//             co_await database.execute(sql::insert_thing, pg::Params::of(1), soon());
//         });
//     }
#pragma once

#include <functional>
#include <string>

#include "storage/pg/cluster.hpp"
#include "storage/pg/database.hpp"

namespace herald::testing
{

// fsync is off. Not thread-safe: call from the test's thread.
pg::Cluster& test_cluster();

// A database of its own, dropped at the end of the scope (with whatever connections are left).
class TestDatabase
{
public:
    enum class Schema
    {
        migrated,  // a copy of a database that all migrations have been applied to
        empty,
    };

    explicit TestDatabase(Schema schema = Schema::migrated);
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    ~TestDatabase();

    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
    std::string conninfo_;
};

using DatabaseTask = std::function<Task<>(pg::Database&)>;

// Runs `body` to its end on a loop of its own, with a connected Database on a fresh migrated database. Rethrows what it
// throws. `body` may capture references: it lives until it has ended.
void with_database(const DatabaseTask& body, int connections = 4);
// The same on a database that is there already.
void with_database_at(const std::string& conninfo, const DatabaseTask& body, int connections = 4);
void with_database_at(const pg::DatabaseOptions& options, const DatabaseTask& body);

// A deadline that only a broken test reaches.
inline Deadline soon()
{
    return deadline_in(seconds(30));
}

// How often a test looks for what it waits for:
//
//     for (Looks looks; server.requests().empty();) co_await looks.again();
class Looks
{
public:
    // Throws std::runtime_error when it has not come by a deadline that only a broken test reaches.
    Task<> again() const;

private:
    Deadline until_ = soon();
};

// So much of every lease passes: they are kept by the clock of the server.
Task<> age_leases(pg::Database& database, seconds by);

}  // namespace herald::testing
