#include "tests/support/pg_fixture.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/this_coro.hpp>

#include "runtime/task_scope.hpp"
#include "storage/pg/cluster_files.hpp"
#include "storage/pg/migrator.hpp"

namespace herald::testing
{

namespace
{

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "herald-pgtest-";
constexpr const char* kTemplate = "migrated_template";

std::string or_throw(Result<std::string> result)
{
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

// The folders of test processes that have ended without their exit handlers. A server still there is told to end (it
// dies with its parent anyway) and its folder is left to the next process.
void remove_abandoned(const fs::path& where)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(where, ignored))
    {
        const auto name = entry.path().filename().string();
        if (!name.starts_with(kPrefix)) continue;
        int owner = 0;
        std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), owner);
        if (owner <= 0 || ::kill(owner, 0) == 0 || errno != ESRCH) continue;
        pg::ClusterFolder folder;
        folder.data = entry.path() / "data";
        if (const auto server = pg::running_server(folder))
            ::kill(*server, SIGINT);
        else
            fs::remove_all(entry.path(), ignored);
    }
}

class TestCluster
{
public:
    TestCluster()
    {
        const fs::path where = "/tmp";  // short: the path of a unix socket is limited
        remove_abandoned(where);
        folder_ = where / fmt::format("{}{}", kPrefix, ::getpid());
        pg::ClusterOptions options;
        options.directory = folder_;
        options.fsync = false;
        auto started = pg::Cluster::start(std::move(options));
        if (!started) throw std::runtime_error(started.error().message);
        cluster_ = std::move(*started);
    }
    TestCluster(const TestCluster&) = delete;
    TestCluster& operator=(const TestCluster&) = delete;
    ~TestCluster()
    {
        cluster_->stop();
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    pg::Cluster& operator*() { return *cluster_; }

private:
    fs::path folder_;
    std::unique_ptr<pg::Cluster> cluster_;
};

void administer(const std::string& script)
{
    const auto conninfo = or_throw(test_cluster().database("postgres"));
    with_database_at(
        conninfo, [&script](pg::Database& database) -> Task<> { co_await database.run_script(script, soon()); }, 1);
}

Task<> migrate_all(pg::Database& database)
{
    const auto report = co_await pg::migrate(database, soon());
    if (!report) throw std::runtime_error(report.error().message);
}

void make_template()
{
    static const bool made = []
    {
        with_database_at(or_throw(test_cluster().database(kTemplate)), migrate_all, 1);
        return true;
    }();
    static_cast<void>(made);
}

Task<> run_with(const DatabaseTask& body, pg::DatabaseOptions options)
{
    pg::Database database(co_await asio::this_coro::executor, std::move(options));
    co_await database.connect(soon());
    co_await body(database);
    database.close();
}

}  // namespace

Task<> Looks::again() const
{
    if (std::chrono::steady_clock::now() >= until_) throw std::runtime_error("what the test waits for has not come");
    co_await sleep_for(milliseconds(1));
}

pg::Cluster& test_cluster()
{
    static TestCluster cluster;
    return *cluster;
}

TestDatabase::TestDatabase(Schema schema)
{
    static std::atomic<int> count = 0;
    name_ = fmt::format("test_{}", ++count);
    if (schema == Schema::migrated)
    {
        make_template();
        administer(fmt::format("CREATE DATABASE {} TEMPLATE {}", name_, kTemplate));
    }
    conninfo_ = or_throw(test_cluster().database(name_));
}

TestDatabase::~TestDatabase()
{
    try
    {
        administer(fmt::format("DROP DATABASE {} WITH (FORCE)", name_));
    }
    catch (const std::exception&)
    {
        // A test that stopped the server: the whole cluster goes at exit.
    }
}

void with_database_at(const std::string& conninfo, const DatabaseTask& body, int connections)
{
    pg::DatabaseOptions options;
    options.conninfo = conninfo;
    options.connections = connections;
    with_database_at(options, body);
}

void with_database_at(const pg::DatabaseOptions& options, const DatabaseTask& body)
{
    run_task<void>([&] { return run_with(body, options); });
}

void with_database(const DatabaseTask& body, int connections)
{
    const TestDatabase database;
    with_database_at(database.conninfo(), body, connections);
}

Task<> age_leases(pg::Database& database, seconds by)
{
    co_await database.run_script(
        fmt::format("UPDATE queue_leases SET lease_until = lease_until - interval '{} seconds'", by.count()), soon());
}

}  // namespace herald::testing
