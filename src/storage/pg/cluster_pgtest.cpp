#include "storage/pg/cluster.hpp"

#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/uuid.hpp"
#include "storage/pg/standby.hpp"

namespace herald::pg
{
namespace
{

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ClusterTest : public ::testing::Test
{
protected:
    ClusterTest() : folder_(fs::path("/tmp") / ("herald-cluster-" + make_uuid_v4().to_string().substr(0, 8))) {}
    ClusterTest(const ClusterTest&) = delete;
    ClusterTest& operator=(const ClusterTest&) = delete;
    ~ClusterTest() override
    {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    [[nodiscard]] ClusterOptions options() const
    {
        ClusterOptions made;
        made.directory = folder_;
        made.fsync = false;
        made.shared_buffers_mb = 16;
        return made;
    }
    fs::path folder_;
};

std::string ask(const std::string& conninfo, const char* text)
{
    auto* connection = PQconnectdb(conninfo.c_str());
    auto* result = PQexec(connection, text);
    std::string answer = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : PQerrorMessage(connection);
    PQclear(result);
    PQfinish(connection);
    return answer;
}

TEST_F(ClusterTest, KeepsItsDataOverAStopAndAStart)
{
    {
        auto cluster = Cluster::start(options());
        ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
        const auto conninfo = (*cluster)->database("app").value();
        ask(conninfo, "CREATE TABLE t AS SELECT 42 AS x");
        EXPECT_EQ(ask((*cluster)->database_url("app"), "SELECT x FROM t"), "42");
        EXPECT_EQ(ask(conninfo, "SHOW synchronous_commit"), "on");
        EXPECT_EQ(ask(conninfo, "SHOW listen_addresses"), "");
    }
    auto again = Cluster::start(options());
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(ask((*again)->database("app").value(), "SELECT x FROM t"), "42");
}

TEST_F(ClusterTest, RecoversFromAKill)
{
    auto cluster = Cluster::start(options());
    ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
    const auto conninfo = (*cluster)->database("app").value();
    ask(conninfo, "CREATE TABLE t AS SELECT 42 AS x");
    (*cluster)->kill();
    EXPECT_EQ((*cluster)->pid(), -1);
    const auto restarted = (*cluster)->restart();
    ASSERT_TRUE(restarted.has_value()) << restarted.error().message;
    EXPECT_EQ(ask(conninfo, "SELECT x FROM t"), "42");
}

// A server whose first process alone was killed leaves backends at work, and no successor starts beside them.
TEST_F(ClusterTest, StartsOverWhenThePostmasterAloneWasKilledAndABackendWorksOn)
{
    auto cluster = Cluster::start(options());
    ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
    auto* busy = PQconnectdb((*cluster)->database("app").value().c_str());
    ASSERT_EQ(PQsendQuery(busy, "SELECT count(*) FROM generate_series(1, 100000000000)"), 1);
    ASSERT_EQ(ask((*cluster)->database("app").value(), "SELECT 1"), "1");
    ::kill((*cluster)->pid(), SIGKILL);
    cluster->reset();
    auto again = Cluster::start(options());
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(ask((*again)->database("app").value(), "SELECT 1"), "1");
    PQfinish(busy);
}

// A child of ours starts the cluster, says so, and is killed: the server may live on for a moment, then the next start
// deals with it.
TEST_F(ClusterTest, IsStartedAgainAfterTheProcessThatRanItWasKilled)
{
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
    {
        auto cluster = Cluster::start(options());
        const char word = cluster && (*cluster)->database("app") ? 'y' : 'n';
        if (::write(ready[1], &word, 1) == 1) ::pause();
        ::_exit(1);
    }
    char word = 'n';
    ASSERT_EQ(::read(ready[0], &word, 1), 1);
    EXPECT_EQ(word, 'y');
    const auto refused = Cluster::start(options());
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("in use by another herald"));

    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    auto cluster = Cluster::start(options());
    ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
    EXPECT_EQ(ask((*cluster)->database("app").value(), "SELECT 1"), "1");
}

// Somebody else has the process id that a killed server left in its file.
TEST_F(ClusterTest, DoesNotMistakeAnotherProcessForItsServer)
{
    auto cluster = Cluster::start(options());
    ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
    (*cluster)->kill();
    const auto file = folder_ / "data/postmaster.pid";
    ASSERT_TRUE(fs::exists(file));
    std::ofstream(file) << ::getpid() << "\n" << (folder_ / "data").string() << "\n";
    const auto restarted = (*cluster)->restart();
    EXPECT_TRUE(restarted.has_value()) << restarted.error().message;
}

TEST_F(ClusterTest, RefusesAFolderOfANewerHeraldOrPostgres)
{
    {
        auto cluster = Cluster::start(options());
        ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
    }
    std::ofstream(folder_ / "data/PG_VERSION") << "99\n";
    EXPECT_THAT(Cluster::start(options()).error().message, HasSubstr("postgresql-99"));
    std::ofstream(folder_ / "HERALD_FORMAT") << "99\n";
    EXPECT_THAT(Cluster::start(options()).error().message, HasSubstr("newer herald"));
}

TEST_F(ClusterTest, WorksInAFolderWhoseNameIsTooLongForASocket)
{
    auto wanted = options();
    wanted.directory = folder_ / std::string(120, 'x');
    auto cluster = Cluster::start(wanted);
    ASSERT_TRUE(cluster.has_value()) << cluster.error().message;
    EXPECT_EQ(ask((*cluster)->database("an odd ' name").value(), "SELECT 1"), "1");
    EXPECT_EQ(ask((*cluster)->database_url("an odd ' name"), "SELECT 1"), "1");
}

TEST_F(ClusterTest, StartsOverWhenInitdbWasKilledHalfWay)
{
    fs::create_directories(folder_ / "data.new/base");
    auto cluster = Cluster::start(options());
    EXPECT_TRUE(cluster.has_value()) << cluster.error().message;
}

TEST_F(ClusterTest, RefusesAFolderThatHoldsSomethingElse)
{
    fs::create_directories(folder_ / "data/holiday");
    EXPECT_THAT(Cluster::start(options()).error().message, HasSubstr("not a cluster of herald's"));
}

TEST_F(ClusterTest, HasAStandbyThatHoldsWhatWasCommittedWhileItWasRequired)
{
    auto primary = Cluster::start(options());
    ASSERT_TRUE(primary.has_value()) << primary.error().message;
    const auto conninfo = (*primary)->database("app").value();
    auto made = options();
    made.directory = folder_ / "standby";
    made.standby_of = conninfo;
    auto standby = Cluster::start(std::move(made));
    ASSERT_TRUE(standby.has_value()) << standby.error().message;
    ASSERT_TRUE(require_standby(conninfo, true));
    ask(conninfo, "CREATE TABLE t AS SELECT 42 AS x");
    // Flushed there, though perhaps not replayed yet: as after a failover.
    (*primary)->kill();
    const auto copy = (*standby)->database_url("app");
    EXPECT_EQ(ask(copy, "SELECT pg_promote()"), "t");
    EXPECT_EQ(ask(copy, "SELECT x FROM t"), "42");
}

TEST_F(ClusterTest, DoesNotWaitForAStandbyThatIsNoLongerRequired)
{
    auto primary = Cluster::start(options());
    ASSERT_TRUE(primary.has_value()) << primary.error().message;
    const auto conninfo = (*primary)->database("app").value();
    auto made = options();
    made.directory = folder_ / "standby";
    made.standby_of = conninfo;
    auto standby = Cluster::start(std::move(made));
    ASSERT_TRUE(standby.has_value()) << standby.error().message;
    ASSERT_TRUE(require_standby(conninfo, true));
    ASSERT_TRUE(require_standby(conninfo, false));
    (*standby)->stop();
    ask(conninfo, "CREATE TABLE t AS SELECT 42 AS x");
    EXPECT_EQ(ask(conninfo, "SELECT x FROM t"), "42");
    ASSERT_TRUE((*standby)->restart());
    ASSERT_TRUE(await_standby(conninfo));
}

}  // namespace
}  // namespace herald::pg
