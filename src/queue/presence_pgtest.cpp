// What a process that died had claimed.
#include "queue/presence.hpp"

#include <memory>

#include <gtest/gtest.h>
#include <boost/asio/this_coro.hpp>

#include "queue/postgres_queue_store.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::TestDatabase;
using testing::with_database_at;

const Instant kNow = parse_iso8601("2026-11-24T09:05:07Z").value();
constexpr seconds kPause(10);

// A lease of `holder` that ends in `left` seconds of the server's clock.
constexpr pg::Statement kLease{
    "t_lease",
    "INSERT INTO queue_leases (service_id, notification_id, lane, channel, attempt, "
    "uncertain, fence, holder, lease_until) VALUES (gen_random_uuid(), gen_random_uuid(), 2, "
    "2, 1, false, nextval('queue_fence'), $1, now() + make_interval(secs => $2))"};
constexpr pg::Statement kLeases{"t_leases", "SELECT count(*) FROM queue_leases"};
constexpr pg::Statement kDoubts{"t_doubts",
                                "SELECT count(*) FROM queue_retries r JOIN notification_events e USING (service_id, "
                                "notification_id) WHERE r.uncertain AND r.attempt = 2 AND e.kind = 4 AND r.run_at "
                                "BETWEEN $1 AND $2"};

class Processes
{
public:
    Processes(const std::string& conninfo, pg::Database& database, asio::any_io_executor executor)
        : database_(database), executor_(std::move(executor))
    {
        where_.conninfo = conninfo;
        options_.uncertain_pause = kPause;
    }
    std::unique_ptr<HolderPresence> start()
    {
        return std::make_unique<HolderPresence>(executor_, where_, database_, clock_, options_);
    }
    Task<> claim(Uuid holder, double lasts = 100)
    {
        co_await database_.execute(kLease, pg::Params::of(holder, lasts), soon());
    }
    Task<std::int64_t> leases()
    {
        const auto rows = co_await database_.execute(kLeases, pg::Params(), soon());
        co_return rows.get<std::int64_t>(0, 0);
    }
    Task<std::int64_t> doubts(Instant from, Instant to)
    {
        const auto rows = co_await database_.execute(kDoubts, pg::Params::of(from, to), soon());
        co_return rows.get<std::int64_t>(0, 0);
    }

private:
    pg::Database& database_;
    asio::any_io_executor executor_;
    FakeClock clock_{kNow};
    pg::DatabaseOptions where_;
    HolderPresence::Options options_;
};

void with_processes(const std::function<Task<>(Processes&)>& body)
{
    const TestDatabase database;
    with_database_at(database.conninfo(),
                     [&](pg::Database& connected) -> Task<>
                     {
                         Processes processes(database.conninfo(), connected, co_await asio::this_coro::executor);
                         co_await body(processes);
                     });
}

TEST(HolderPresence, WhatADeadProcessHeldIsInDoubtAtTheSecondLook)
{
    with_processes(
        [](Processes& all) -> Task<>
        {
            const auto one = all.start();
            auto other = all.start();
            EXPECT_TRUE(co_await one->hold(soon()));
            EXPECT_TRUE(co_await other->hold(soon()));
            co_await all.claim(one->name_claim());
            co_await all.claim(other->name_claim());
            co_await all.claim(other->name_claim());
            co_await all.claim(other->name_claim(), 5);
            for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await one->recover(soon()), 0) << "both live";

            other.reset();  // its connection goes with it
            std::int64_t taken = 0;
            for (testing::Looks looks; taken == 0; co_await looks.again()) taken = co_await one->recover(soon());
            EXPECT_EQ(taken, 3);
            EXPECT_EQ(co_await all.leases(), 1) << "its own";
            // Not before the lease would have ended: until then the holder, should it live, may offer it.
            EXPECT_EQ(co_await all.doubts(kNow + seconds(60), kNow + seconds(101)), 2);
            EXPECT_EQ(co_await all.doubts(kNow + kPause, kNow + kPause), 1);
        });
}

TEST(HolderPresence, AProcessThatIsBackBeforeTheSecondLookKeepsWhatItHas)
{
    with_processes(
        [](Processes& all) -> Task<>
        {
            const auto one = all.start();
            const auto other = all.start();
            EXPECT_TRUE(co_await one->hold(soon()));
            EXPECT_TRUE(co_await other->hold(soon()));
            co_await all.claim(other->name_claim());
            for (int i = 0; i < 3; ++i)
            {
                co_await other->leave(soon());
                EXPECT_EQ(co_await one->recover(soon()), 0);
                EXPECT_TRUE(co_await other->hold(soon()));
                EXPECT_EQ(co_await one->recover(soon()), 0);
            }
            EXPECT_EQ(co_await all.leases(), 1);
        });
}

TEST(HolderPresence, HoldersThatKeepNoLockAreLeftToTheEndOfTheirLeases)
{
    with_processes(
        [](Processes& all) -> Task<>
        {
            const auto one = all.start();
            co_await all.claim(make_uuid_v4());
            for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await one->recover(soon()), 0);
            EXPECT_EQ(co_await all.leases(), 1);
        });
}

}  // namespace
}  // namespace herald
