// The change feed on a real PostgreSQL: what writers commit, in whatever order and whatever happens to them, readers
// get once and in order.
#include "operations/change_feed.hpp"

#include <filesystem>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/gauge.h>
#include <boost/asio/this_coro.hpp>

#include "base/metrics.hpp"
#include "storage/pg/cluster.hpp"
#include "storage/pg/migrator.hpp"
#include "tests/support/operations_fixture.hpp"

namespace herald
{
namespace
{

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::soon;
using testing::test_keys;
using testing::with_database;

constexpr int kMessages = 12;
constexpr pg::Statement kPrepare{"t_prepare", "SELECT maintain_partitions($1::date, 3)"};
constexpr pg::Statement kAddMessages{
    "t_add_messages",
    "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, "
    "billable_units, international, rate_multiplier, local_date, purge_on, created_at, job_row_number) "
    "SELECT $1::uuid, unnest($2::uuid[]), $3::uuid, 1, 1, 2, 1, 1, false, 1, '2026-06-15', '2026-06-23', now(), 0"};
// Its own count goes with each change, taken under the lock: the order that the feed has to keep.
constexpr pg::Statement kChange{
    "t_change",
    "WITH changed AS (UPDATE notifications SET job_row_number = job_row_number + 1 WHERE service_id = $1::uuid AND id "
    "= $2::uuid RETURNING service_id, id, job_row_number) "
    "INSERT INTO notification_events (at, service_id, notification_id, kind, status, attempt) "
    "SELECT clock_timestamp(), service_id, id, 6, 2, job_row_number FROM changed"};
constexpr pg::Statement kTakeId{"t_take_id", "SELECT pg_current_xact_id()::text"};
constexpr pg::Statement kWritten{"t_written",
                                 "SELECT seq, notification_id, attempt FROM notification_events WHERE service_id = "
                                 "$1::uuid AND status IS NOT NULL ORDER BY seq"};
constexpr pg::Statement kKillOne{"t_kill_one",
                                 "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE "
                                 "application_name = 'writer' AND state LIKE 'idle in%' LIMIT 1) w"};

// A process that reads: a feed with a scope of its own.
class Reader
{
public:
    Reader(pg::Database& database, const asio::any_io_executor& executor, ServiceId service)
        : scope_(executor), feed_(database, test_keys(), scope_, {}), service_(service)
    {
    }

    Task<Result<ChangePage>> read(std::string after, std::int32_t limit = 250, seconds wait = seconds(0))
    {
        ChangesAsked asked;
        asked.service = service_;
        asked.filter.include_jobs = true;
        asked.after = std::move(after);
        asked.limit = limit;
        asked.wait = wait;
        return feed_.read(std::move(asked), soon());
    }
    // All there is now, page by page.
    Task<std::vector<Change>> read_all()
    {
        std::vector<Change> all;
        for (;;)
        {
            auto page = co_await read(next);
            if (!page) throw std::runtime_error(page.error().message);
            next = page->next;
            for (auto& change : page->changes) all.push_back(std::move(change));
            if (!page->has_more) co_return all;
        }
    }
    Task<> end()
    {
        feed_.stop();
        co_await scope_.join(soon());
    }

    std::string next;

private:
    TaskScope scope_;
    ChangeFeed feed_;
    ServiceId service_;
};

struct World
{
    ServiceId service{make_uuid_v4()};
    std::vector<Uuid> messages;
};

Task<World> make_world(pg::Database& database)
{
    World world;
    const Instant now = SystemClock().now();
    for (int i = 0; i < kMessages; ++i) world.messages.push_back(make_uuid_v7(now));
    co_await database.execute(kPrepare, pg::Params::of(utc_date(now)), soon());
    auto params = pg::Params::of(world.service, world.messages, make_uuid_v4());
    co_await database.execute(kAddMessages, std::move(params), soon());
    co_return world;
}

Task<> change(pg::Database& database, const World& world, std::size_t message)
{
    auto params = pg::Params::of(world.service, world.messages[message]);
    co_await database.execute(kChange, std::move(params), soon());
}

// ---- Many writers, many readers, and a server that is killed

class Crowd
{
public:
    Crowd(std::string conninfo, asio::any_io_executor executor)
        : executor_(std::move(executor)),
          writing_(executor_, {.conninfo = conninfo, .connections = kWriters, .application_name = "writer"}),
          reading_(executor_, {.conninfo = conninfo, .connections = 2, .application_name = "reader"}),
          scope_(executor_)
    {
    }

    Task<> run(pg::Cluster& cluster)
    {
        world_ = co_await make_world(reading_);
        for (int i = 0; i < kWriters; ++i) scope_.spawn("writer", write(i));
        for (int i = 0; i < kReaders; ++i) scope_.spawn("reader", follow(i));
        co_await kill_writers(150);
        cluster.kill();
        if (const auto started = cluster.restart(); !started) throw std::runtime_error(started.error().message);
        co_await kill_writers(500);
        is_over_ = true;
        if (!co_await scope_.join(soon())) throw std::runtime_error("writers or readers hang");
    }

    // What the readers got against what is there.
    Task<> check()
    {
        std::vector<std::int64_t> numbers;
        std::map<Uuid, std::int16_t> counts;
        const auto rows = co_await reading_.execute(kWritten, pg::Params::of(world_.service), soon());
        for (std::size_t i = 0; i < rows.size(); ++i)
        {
            numbers.push_back(rows.get<std::int64_t>(i, "seq"));
            auto& count = counts[rows.get<Uuid>(i, "notification_id")];
            const auto own = rows.get<std::int16_t>(i, "attempt");
            EXPECT_GT(own, count) << "a message's changes are out of order at " << numbers.back();
            count = own;
        }
        EXPECT_GE(numbers.size(), 300U);
        for (const auto& seen : seen_) EXPECT_EQ(seen, numbers);
        EXPECT_GE(pages_while_written_, 50) << "this proves little; reads that failed: " << failed_reads_;
    }

private:
    static constexpr int kWriters = 6;
    static constexpr int kReaders = 4;

    // Transactions that take their id early, change one to three messages, and commit late, or not.
    Task<> write(int number)
    {
        std::mt19937 random(static_cast<unsigned>(number));
        while (!is_over_)
        {
            try
            {
                co_await write_once(random);
                ++written_;
            }
            catch (const std::runtime_error&)
            {
                // Killed. What became of its transaction is seen in the end.
            }
            co_await sleep_for(milliseconds(random() % 4));
        }
    }

    Task<> write_once(std::mt19937& random)
    {
        auto transaction = co_await writing_.begin(soon());
        if (random() % 2 == 0) co_await transaction.execute(kTakeId, pg::Params(), soon());
        co_await sleep_for(milliseconds(random() % 12));
        // In the order of their keys, as all statements of the product lock them.
        for (std::size_t message = random() % 5; message < world_.messages.size(); message += 1 + random() % 8)
        {
            auto params = pg::Params::of(world_.service, world_.messages[message]);
            co_await transaction.execute(kChange, std::move(params), soon());
            co_await sleep_for(milliseconds(random() % 6));
        }
        if (random() % 10 == 0)
            co_await transaction.rollback(soon());
        else
            co_await transaction.commit(soon());
    }

    // Goes on until the writing is over and nothing is left. Every second reader is a process of its own each time.
    Task<> follow(int number)
    {
        std::mt19937 random(static_cast<unsigned>(100 + number));
        auto reader = std::make_unique<Reader>(reading_, executor_, world_.service);
        auto& seen = seen_[static_cast<std::size_t>(number)];
        for (int found_nothing = 0; found_nothing < 3;)
        {
            const bool is_over = is_over_ && scope_.running() <= kReaders;
            try
            {
                const auto limit = static_cast<std::int32_t>(1 + random() % 40);
                const auto page = co_await reader->read(reader->next, limit, seconds(is_over ? 0 : random() % 2));
                if (!page) throw std::runtime_error(page.error().message);
                for (const auto& change : page->changes) seen.push_back(change.seq);
                if (!is_over && !page->changes.empty()) ++pages_while_written_;
                reader->next = page->next;
                found_nothing = is_over && page->changes.empty() && !page->has_more ? found_nothing + 1 : 0;
            }
            catch (const std::runtime_error&)
            {
                ++failed_reads_;
            }
            co_await sleep_for(is_over ? ChangeHorizon::kFresh : milliseconds(random() % 30));
            if (number % 2 == 1)
            {
                co_await reader->end();
                const std::string next = reader->next;
                reader = std::make_unique<Reader>(reading_, executor_, world_.service);
                reader->next = next;
            }
        }
        co_await reader->end();
    }

    // Until so many transactions were written.
    Task<> kill_writers(int until)
    {
        for (testing::Looks looks; written_ < until; co_await looks.again())
        {
            if (written_ % 20 != 3) continue;
            co_await reading_.execute(kKillOne, pg::Params(), soon());
            ++written_;  // once for each of these
        }
    }

    asio::any_io_executor executor_;
    pg::Database writing_;
    pg::Database reading_;
    TaskScope scope_;
    World world_;
    std::array<std::vector<std::int64_t>, kReaders> seen_;
    bool is_over_ = false;
    int written_ = 0;
    int failed_reads_ = 0;
    int pages_while_written_ = 0;
};

TEST(ChangeFeed, GivesEveryChangeOnceAndInOrderWhoeverWritesReadsOrDies)
{
    const auto folder = fs::path("/tmp") / ("herald-feed-" + make_uuid_v4().to_string().substr(0, 8));
    {
        pg::ClusterOptions options;
        options.directory = folder;
        options.fsync = false;
        options.shared_buffers_mb = 16;
        const auto cluster = pg::Cluster::start(options);
        ASSERT_TRUE(cluster) << cluster.error().message;
        const auto conninfo = (*cluster)->database("feed");
        ASSERT_TRUE(conninfo) << conninfo.error().message;
        testing::with_database_at(*conninfo,
                                  [&](pg::Database& database) -> Task<>
                                  {
                                      const auto migrated = co_await pg::migrate(database, soon());
                                      if (!migrated) throw std::runtime_error(migrated.error().message);
                                      Crowd crowd(*conninfo, co_await asio::this_coro::executor);
                                      co_await crowd.run(**cluster);
                                      co_await crowd.check();
                                  });
    }
    fs::remove_all(folder);
}

// ---- One writer, one reader

using Story = std::function<Task<>(pg::Database&, const World&, Reader&)>;

void with_reader(const Story& story)
{
    with_database(
        [&](pg::Database& database) -> Task<>
        {
            const World world = co_await make_world(database);
            Reader reader(database, co_await asio::this_coro::executor, world.service);
            co_await story(database, world, reader);
            co_await reader.end();
        });
}

TEST(ChangeFeed, IsReadInPagesOfAnySizeAndKnowsWhetherThereIsMore)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            for (std::size_t i = 0; i < 5; ++i) co_await change(database, world, i);
            const auto two = co_await reader.read("", 2);
            EXPECT_EQ(two->changes.size(), 2U);
            EXPECT_TRUE(two->has_more);
            EXPECT_EQ(two->changes.front().notification_id.value, world.messages[0]);
            const auto three = co_await reader.read(two->next, 3);
            EXPECT_EQ(three->changes.size(), 3U);
            EXPECT_FALSE(three->has_more);
            EXPECT_EQ(three->changes.back().notification_id.value, world.messages[4]);
            const auto none = co_await reader.read(three->next, 3);
            EXPECT_TRUE(none->changes.empty());
            co_await change(database, world, 7);
            co_await sleep_for(ChangeHorizon::kFresh);
            reader.next = none->next;
            const auto later = co_await reader.read_all();
            EXPECT_EQ(later.size(), 1U);
        });
}

TEST(ChangeFeed, BeginsNowWithLatest)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            co_await change(database, world, 0);
            const auto now = co_await reader.read("latest");
            EXPECT_TRUE(now->changes.empty());
            co_await change(database, world, 1);
            const auto page = co_await reader.read(now->next, 250, seconds(5));
            EXPECT_EQ(page->changes.size(), 1U);
        });
}

TEST(ChangeFeed, WaitsForATransactionThatDrewANumberFirst)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            auto slow = co_await database.begin(soon());
            auto params = pg::Params::of(world.service, world.messages[0]);
            co_await slow.execute(kChange, std::move(params), soon());
            co_await change(database, world, 1);
            EXPECT_TRUE((co_await reader.read_all()).empty()) << "a change before it may still come";
            auto& lag = metrics::gauge("herald_change_feed_lag_seconds", "");
            for (testing::Looks looks; lag.Value() <= 0;)
            {
                co_await looks.again();
                co_await reader.read_all();
            }
            co_await slow.commit(soon());
            co_await sleep_for(ChangeHorizon::kFresh);
            const auto both = co_await reader.read_all();
            EXPECT_EQ(both.size(), 2U);
            if (both.size() == 2) EXPECT_EQ(both.front().notification_id.value, world.messages[0]);
            EXPECT_EQ(lag.Value(), 0);
        });
}

TEST(ChangeFeed, MakesFewMarksWhileATransactionRunsForLong)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader&) -> Task<>
        {
            ChangeStore store(database);
            auto slow = co_await database.begin(soon());
            co_await slow.execute(kTakeId, pg::Params(), soon());
            for (int i = 0; i < 50; ++i)
            {
                co_await change(database, world, 0);
                co_await store.mark(co_await store.state(soon()), soon());
            }
            constexpr pg::Statement kMarks{"t_marks", "SELECT count(*) FROM change_marks"};
            EXPECT_EQ(co_await testing::number(database, kMarks), 32);
            co_await slow.rollback(soon());
            co_await store.mark(co_await store.state(soon()), soon());
            const auto state = co_await store.state(soon());
            EXPECT_TRUE(state.is_complete());
            EXPECT_LE(co_await testing::number(database, kMarks), 2);
        });
}

// ---- Cursors that lead nowhere any more

TEST(ChangeFeed, RefusesACursorThatIsNoneOrOfAnotherService)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            co_await change(database, world, 0);
            const auto page = co_await reader.read("");
            Reader other(database, co_await asio::this_coro::executor, ServiceId{make_uuid_v4()});
            const auto refused = co_await other.read(page->next);
            EXPECT_EQ(refused.error().message, "after is neither a cursor of this service nor latest");
            std::string changed = page->next;
            changed[20] = changed[20] == 'A' ? 'B' : 'A';
            for (const auto& text : {changed, page->next.substr(1), std::string("x"), page->next + "A"})
                EXPECT_EQ((co_await reader.read(text)).error().kind, ErrorKind::validation) << text;
        });
}

// A database that was made of a copy goes another way from there.
TEST(ChangeFeed, RefusesACursorOfTheDatabaseThatThisOneWasRestoredFrom)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            co_await change(database, world, 0);
            const ChangeState here = co_await ChangeStore(database).state(soon());
            const ChangePlace place{here.drawn, here.at};
            const auto from_elsewhere = change_cursor(test_keys(), world.service, here.lineage + "1", place);
            const auto refused = co_await reader.read(from_elsewhere);
            EXPECT_EQ(refused.error().kind, ErrorKind::bad_request);
            EXPECT_THAT(refused.error().message, HasSubstr("start again without after"));
            const ChangePlace beyond{here.drawn + 1, here.at};
            const auto from_later =
                co_await reader.read(change_cursor(test_keys(), world.service, here.lineage, beyond));
            EXPECT_EQ(from_later.error().message,
                      "after is no longer valid, because an older copy of the database took its place: start again "
                      "without after, from the oldest change that is kept");
        });
}

TEST(ChangeFeed, HasAnotherLineageInACopyOfTheDatabase)
{
    testing::TestDatabase one;
    testing::TestDatabase two;
    std::vector<std::string> lineages;
    for (const auto* conninfo : {&one.conninfo(), &two.conninfo(), &one.conninfo()})
        testing::with_database_at(*conninfo,
                                  [&](pg::Database& database) -> Task<>
                                  {
                                      const auto state = co_await ChangeStore(database).state(soon());
                                      lineages.push_back(state.lineage);
                                  });
    EXPECT_NE(lineages[0], lineages[1]);
    EXPECT_EQ(lineages[0], lineages[2]);
}

// Marks are restored with the rest, and a new cluster counts its transactions from the beginning.
TEST(ChangeFeed, GoesOnAfterARestoreIntoAClusterThatCountsAnew)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            co_await database.run_script(
                "INSERT INTO change_marks SELECT i, '99999999999', now() FROM generate_series(1, 40) i", soon());
            for (std::size_t i = 0; i < 3; ++i) co_await change(database, world, i);
            EXPECT_EQ((co_await reader.read_all()).size(), 3U);
        });
}

TEST(ChangeFeed, SaysSinceWhenChangesAreKept)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            co_await change(database, world, 0);
            const ChangeState here = co_await ChangeStore(database).state(soon());
            const ChangePlace long_ago{here.drawn, here.at - std::chrono::days(20)};
            const auto refused =
                co_await reader.read(change_cursor(test_keys(), world.service, here.lineage, long_ago));
            EXPECT_EQ(refused.error().kind, ErrorKind::bad_request);
            EXPECT_THAT(refused.error().message, HasSubstr("because changes are kept since 20"));
            EXPECT_EQ((co_await reader.read_all()).size(), 1U) << "without after it begins with what is kept";
        });
}

TEST(ChangeFeed, KeepsTheCursorOfAQuietServiceYoung)
{
    with_reader(
        [](pg::Database& database, const World& world, Reader& reader) -> Task<>
        {
            const auto first = co_await reader.read("");
            const World another = co_await make_world(database);
            co_await change(database, another, 0);
            co_await sleep_for(ChangeHorizon::kFresh);
            const auto second = co_await reader.read(first->next);
            const ChangeState here = co_await ChangeStore(database).state(soon());
            const auto before = read_change_cursor(test_keys(), world.service, here.lineage, first->next);
            const auto after = read_change_cursor(test_keys(), world.service, here.lineage, second->next);
            EXPECT_GT(after->at, before->at);
            EXPECT_GT(after->seq, before->seq);
        });
}

}  // namespace
}  // namespace herald
