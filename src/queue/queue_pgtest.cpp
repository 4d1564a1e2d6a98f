#include "queue/queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"
#include "tests/support/pg_fixture.hpp"
#include "tests/support/queue_fixture.hpp"

namespace herald
{
namespace
{

using ::testing::ElementsAre;
using testing::soon;
using testing::TestDatabase;
using testing::with_database;
using testing::with_database_at;

constexpr std::int16_t kSms = 2;
constexpr std::int16_t kEmail = 1;
const Instant kNow = parse_iso8601("2026-11-23T09:05:07Z").value();

constexpr pg::Statement kCounts{"t_counts",
                                "SELECT (SELECT count(*) FROM queue_ready) AS ready, "
                                "(SELECT count(*) FROM queue_leases) AS leases, "
                                "(SELECT count(*) FROM queue_retries) AS retries"};
constexpr pg::Statement kAdd{"t_add",
                             "WITH given AS (SELECT unnest($1::uuid[]) AS id), "
                             "facts AS (INSERT INTO notifications (id, service_id, template_id, template_version, "
                             "key_type, channel, status, billable_units, international, rate_multiplier, created_at, "
                             "local_date, purge_on) SELECT id, $2, $2, 1, 1, $4, 1, 1, false, 1, now(), '2026-11-23', "
                             "'2026-12-01' FROM given), "
                             "lanes AS (INSERT INTO queue_services (lane, service_id) VALUES ($3, $2) "
                             "ON CONFLICT DO NOTHING) "
                             "INSERT INTO queue_ready (lane, service_id, channel, notification_id, attempt, uncertain) "
                             "SELECT $3, $2, $4, id, 1, false FROM given"};
constexpr pg::Statement kUncertainEvents{"t_uncertain", "SELECT count(*) FROM notification_events WHERE kind = 4"};

struct Counts
{
    std::int64_t ready = 0;
    std::int64_t leases = 0;
    std::int64_t retries = 0;
    bool operator==(const Counts&) const = default;
};

Counts counted(std::int64_t ready, std::int64_t leases, std::int64_t retries)
{
    return {ready, leases, retries};
}

std::ostream& operator<<(std::ostream& out, const Counts& counts)
{
    return out << counts.ready << " ready, " << counts.leases << " leased, " << counts.retries << " to retry";
}

Task<Counts> counts_of(pg::Database& database)
{
    const auto rows = co_await database.execute(kCounts, pg::Params(), soon());
    co_return Counts{rows.get<std::int64_t>(0, 0), rows.get<std::int64_t>(0, 1), rows.get<std::int64_t>(0, 2)};
}

Task<> add(pg::Database& database, ServiceId service, int count, std::int16_t lane = 2, std::int16_t channel = kSms)
{
    std::vector<Uuid> ids;
    for (int i = 0; i < count; ++i) ids.push_back(make_uuid_v7(kNow));
    auto params = pg::Params::of(ids, service, lane, channel);
    co_await database.execute(kAdd, std::move(params), soon());
}

// What arrived long ago is claimed in the tests; the queue looks at ids of the last moments again and again.
constexpr auto kLater = seconds(10);

struct Bench
{
    explicit Bench(pg::Database& of, const asio::any_io_executor& executor, QueueOptions options = {})
        : database(of), wake_up(executor), queue(database, wake_up, options)
    {
    }
    Task<std::vector<ClaimedDelivery>> claim(std::size_t most, Instant now = kNow + kLater)
    {
        return queue.claim(testing::room_for(most), now, soon());
    }
    Task<> refresh() { return queue.refresh_services(soon()); }

    pg::Database& database;
    WakeUp wake_up;
    DeliveryQueue queue;
};

ServiceId new_service()
{
    return ServiceId{make_uuid_v4()};
}

TEST(DeliveryQueue, AClaimIsALeaseWithARisingFence)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            co_await add(database, service, 3);
            EXPECT_TRUE((co_await bench.claim(10)).empty()) << "nobody told it where to look";
            bench.queue.hint(2, service);
            const auto claimed = co_await bench.claim(10);
            EXPECT_EQ(claimed.size(), 3U);
            std::set<std::int64_t> fences;
            for (const auto& one : claimed)
            {
                fences.insert(one.fence);
                EXPECT_EQ(one.service_id, service);
                EXPECT_EQ(one.attempt, 1);
                EXPECT_EQ(one.channel, kSms);
                EXPECT_FALSE(one.uncertain);
                EXPECT_TRUE(one.sealed.empty()) << "this one's contents are gone";
            }
            EXPECT_EQ(fences.size(), 3U);
            EXPECT_EQ(co_await counts_of(database), counted(0, 3, 0));
            EXPECT_TRUE((co_await bench.claim(10)).empty());
        });
}

TEST(DeliveryQueue, LanesGoInTheirOrder)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            constexpr std::array<std::int16_t, 4> kBackwards{4, 3, 2, 1};
            for (const auto lane : kBackwards) co_await add(database, service, 2, lane);
            co_await bench.refresh();
            std::vector<std::int16_t> lanes;
            for (const auto& one : co_await bench.claim(8)) lanes.push_back(one.lane);
            EXPECT_THAT(lanes, ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
        });
}

// 5,000 messages of one service are queued before the one of another: it comes with the first claim all the same.
TEST(DeliveryQueue, ALoneMessageDoesNotWaitBehindABacklog)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto busy = new_service();
            const auto lone = new_service();
            co_await add(database, busy, 5000);
            co_await bench.refresh();
            EXPECT_EQ((co_await bench.claim(100)).size(), 100U);
            co_await add(database, lone, 1);
            bench.queue.hint(2, lone);
            std::map<ServiceId, int> shares;
            for (const auto& one : co_await bench.claim(100)) ++shares[one.service_id];
            EXPECT_EQ(shares[lone], 1);
            EXPECT_EQ(shares[busy], 50) << "its share while another may have as much";
            EXPECT_EQ((co_await bench.claim(100)).size(), 100U) << "and all of the room when nobody else has";
        });
}

TEST(DeliveryQueue, MoreServicesThanRoomTakeTurns)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            std::set<ServiceId> waiting;
            for (int i = 0; i < 30; ++i)
            {
                const auto service = new_service();
                waiting.insert(service);
                co_await add(database, service, 20);
            }
            co_await bench.refresh();
            for (int round = 0; round < 3; ++round)
                for (const auto& one : co_await bench.claim(10)) waiting.erase(one.service_id);
            EXPECT_TRUE(waiting.empty()) << "each had a turn";
        });
}

TEST(DeliveryQueue, AChannelWithoutRoomIsLeftAlone)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            co_await add(database, service, 5, 2, kEmail);
            co_await add(database, service, 5, 2, kSms);
            co_await bench.refresh();
            ClaimRoom only_sms = testing::room_for(10);
            only_sms.email.room = 0;
            const auto texts = co_await bench.queue.claim(only_sms, kNow + kLater, soon());
            EXPECT_EQ(texts.size(), 5U);
            for (const auto& one : texts) EXPECT_EQ(one.channel, kSms);
            const ClaimRoom both = testing::room_for(10);
            EXPECT_EQ((co_await bench.queue.claim(both, kNow + kLater, soon())).size(), 5U);
        });
}

TEST(DeliveryQueue, WhatIsReleasedIsClaimedAgainAsTheSameAttempt)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            co_await add(database, service, 4);
            bench.queue.hint(2, service);
            auto claimed = co_await bench.claim(10);
            auto stale = claimed.at(0);
            --stale.fence;
            std::vector<ClaimedDelivery> given_back{stale, claimed.at(1), claimed.at(2)};
            co_await bench.queue.release(std::move(given_back), soon());
            EXPECT_EQ(co_await counts_of(database), counted(0, 2, 2)) << "not the one with an old fence";

            Bench other(database, co_await asio::this_coro::executor);
            EXPECT_EQ(co_await other.queue.move_due_retries(kNow, soon()), 2);
            const auto again = co_await other.claim(10);
            EXPECT_EQ(again.size(), 2U);
            for (const auto& one : again) EXPECT_EQ(one.attempt, 1);
            EXPECT_GT(again.at(0).fence, claimed.at(3).fence);
        });
}

// The claim outlives its cancellation, and commits after its caller has gone.
TEST(DeliveryQueue, WhatAClaimTookWhoseAnswerWasLostIsGivenBack)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await database.run_script(
                "CREATE SEQUENCE claims; CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF nextval('claims') = 1 THEN PERFORM pg_sleep(60); END IF; RETURN NULL; "
                "EXCEPTION WHEN query_canceled THEN RETURN NULL; END $$; "
                "CREATE TRIGGER stay AFTER INSERT ON queue_leases EXECUTE FUNCTION stay()",
                soon());
            QueueOptions options;
            options.rewind_every = seconds(0);
            Bench bench(database, co_await asio::this_coro::executor, options);
            const auto service = new_service();
            co_await add(database, service, 5);
            bench.queue.hint(2, service);
            bool lost = false;
            try
            {
                co_await bench.queue.claim(testing::room_for(3), kNow + kLater, deadline_in(milliseconds(500)));
            }
            catch (const DeadlineExceeded&)
            {
                lost = true;
            }
            EXPECT_TRUE(lost);
            for (testing::Looks looks; !(co_await counts_of(database) == counted(2, 3, 0));) co_await looks.again();

            // The next claim takes what is ready, and keeps it when lost ones are given back again.
            EXPECT_EQ((co_await bench.claim(10)).size(), 2U);
            EXPECT_EQ(co_await counts_of(database), counted(0, 2, 3));
            EXPECT_EQ(co_await bench.queue.move_due_retries(kNow, soon()), 3);
            const auto again = co_await bench.claim(10);
            EXPECT_EQ(again.size(), 3U);
            for (const auto& one : again) EXPECT_EQ(one.attempt, 1);
            EXPECT_EQ(co_await counts_of(database), counted(0, 5, 0));
        });
}

TEST(DeliveryQueue, TheClocksOfTheHostsDoNotEndALease)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            co_await add(database, service, 1);
            bench.queue.hint(2, service);
            // Claimed by a host whose clock is behind, looked at by one whose clock is ahead.
            EXPECT_EQ((co_await bench.claim(10, kNow - std::chrono::hours(1))).size(), 1U);
            EXPECT_EQ(co_await bench.queue.recover_expired_leases(kNow + std::chrono::hours(1), soon()), 0);
            EXPECT_EQ(co_await counts_of(database), counted(0, 1, 0));
        });
}

TEST(DeliveryQueue, ALeaseThatRunsOutIsUncertainAndComesBack)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            co_await add(database, service, 2);
            bench.queue.hint(2, service);
            const auto claimed = co_await bench.claim(10, kNow);
            EXPECT_EQ(claimed.size(), 2U);
            const auto lease = QueueOptions().lease;
            co_await testing::age_leases(database, lease - seconds(20));
            EXPECT_EQ(co_await bench.queue.recover_expired_leases(kNow + seconds(60), soon()), 0);
            co_await testing::age_leases(database, seconds(20));
            EXPECT_EQ(co_await bench.queue.recover_expired_leases(kNow + seconds(60), soon()), 2);
            EXPECT_EQ(co_await counts_of(database), counted(0, 0, 2));
            const auto events = co_await database.execute(kUncertainEvents, pg::Params(), soon());
            EXPECT_EQ(events.get<std::int64_t>(0, 0), 2);

            EXPECT_EQ(co_await bench.queue.move_due_retries(kNow + seconds(179), soon()), 0);
            EXPECT_EQ(co_await bench.queue.move_due_retries(kNow + seconds(180), soon()), 2);
            Bench heir(database, co_await asio::this_coro::executor);
            heir.queue.hint(2, service);
            const auto again = co_await heir.claim(10, kNow + seconds(180));
            EXPECT_EQ(again.size(), 2U);
            for (const auto& one : again)
            {
                EXPECT_TRUE(one.uncertain);
                EXPECT_EQ(one.attempt, 2);
            }
        });
}

TEST(DeliveryQueue, DueRetriesAreFoundWithoutBeingToldWhere)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            co_await add(database, service, 1);
            bench.queue.hint(2, service);
            co_await bench.claim(10, kNow);
            co_await testing::age_leases(database, QueueOptions().lease);
            co_await bench.queue.recover_expired_leases(kNow + seconds(60), soon());
            co_await bench.claim(10, kNow + seconds(60));
            co_await bench.queue.move_due_retries(kNow + seconds(200), soon());
            EXPECT_EQ((co_await bench.claim(10, kNow + seconds(200))).size(), 1U);
        });
}

Task<> drain_into(Bench& bench, std::vector<Uuid>& claimed)
{
    for (int empty = 0; empty < 3;)
    {
        const auto batch = co_await bench.claim(37);
        empty = batch.empty() ? empty + 1 : 0;
        for (const auto& one : batch) claimed.push_back(one.id.value);
        co_await bench.refresh();
    }
}

TEST(DeliveryQueue, TwoQueuesSideBySideClaimEverythingOnce)
{
    const TestDatabase shared;
    with_database_at(shared.conninfo(),
                     [&shared](pg::Database& database) -> Task<>
                     {
                         const auto executor = co_await asio::this_coro::executor;
                         pg::DatabaseOptions options;
                         options.conninfo = shared.conninfo();
                         pg::Database second(executor, options);
                         co_await second.connect(soon());
                         for (int i = 0; i < 5; ++i)
                             co_await add(database, new_service(), 400, static_cast<std::int16_t>(1 + i % 4));
                         Bench left(database, executor);
                         Bench right(second, executor);
                         std::vector<Uuid> claimed;
                         TaskScope drains(executor);
                         drains.spawn("left", drain_into(left, claimed));
                         drains.spawn("right", drain_into(right, claimed));
                         EXPECT_TRUE(co_await drains.join(soon()));
                         EXPECT_EQ(claimed.size(), 2000U);
                         EXPECT_EQ(std::set<Uuid>(claimed.begin(), claimed.end()).size(), 2000U);
                         EXPECT_EQ(co_await counts_of(database), counted(0, 2000, 0));
                         second.close();
                     });
}

// A transaction with a lower id may commit after one with a higher: the cursor must not leave it behind.
TEST(DeliveryQueue, AMessageThatBecameVisibleBelowTheCursorIsFound)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            QueueOptions at_once;
            at_once.rewind_every = seconds(0);
            Bench bench(database, co_await asio::this_coro::executor, at_once);
            const auto service = new_service();
            std::vector<Uuid> early{make_uuid_v7(kNow)};
            co_await add(database, service, 3);
            bench.queue.hint(2, service);
            EXPECT_EQ((co_await bench.claim(10)).size(), 3U);
            auto params = pg::Params::of(early, service, std::int16_t{2}, kSms);
            co_await database.execute(kAdd, std::move(params), soon());
            EXPECT_EQ((co_await bench.claim(10)).size(), 1U);
        });
}

// Cursors go back as far as late messages come from, and to the beginning rarely: all that lies there may be dead.
TEST(DeliveryQueue, ARewindGoesBackToTheBeginningOnlyRarely)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            QueueOptions rarely;
            rarely.rewind_every = seconds(0);
            Bench bench(database, executor, rarely);
            QueueOptions always = rarely;
            always.rewind_fully_every = seconds(0);
            Bench other(database, executor, always);
            const auto service = new_service();
            co_await add(database, service, 4);
            for (Bench* each : {&bench, &other})
            {
                each->queue.hint(2, service);
                EXPECT_EQ((co_await each->claim(2)).size(), 2U);
            }
            std::vector<Uuid> old{make_uuid_v7(kNow - rarely.late)};
            auto params = pg::Params::of(old, service, std::int16_t{2}, kSms);
            co_await database.execute(kAdd, std::move(params), soon());
            bench.queue.hint(2, service);
            EXPECT_TRUE((co_await bench.claim(10)).empty());
            EXPECT_EQ((co_await other.claim(10)).size(), 1U);
        });
}

TEST(DeliveryQueue, ACursorGoesBackToTheOldestMessageThatIsTriedAgain)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Bench bench(database, co_await asio::this_coro::executor);
            const auto service = new_service();
            std::vector<Uuid> old{make_uuid_v7(kNow - std::chrono::hours(2)), make_uuid_v7(kNow)};
            auto params = pg::Params::of(old, service, std::int16_t{2}, kSms);
            co_await database.execute(kAdd, std::move(params), soon());
            bench.queue.hint(2, service);
            auto claimed = co_await bench.claim(10);
            EXPECT_EQ(claimed.size(), 2U);
            co_await bench.queue.release(std::move(claimed), soon());
            EXPECT_TRUE((co_await bench.claim(10)).empty());
            EXPECT_EQ(co_await bench.queue.move_due_retries(kNow, soon()), 2);
            EXPECT_EQ((co_await bench.claim(10)).size(), 2U);
        });
}

// A snapshot that somebody holds open keeps dead rows around; claims go on and take nothing twice.
TEST(DeliveryQueue, AnIdleSnapshotDoesNotMatter)
{
    const TestDatabase shared;
    with_database_at(shared.conninfo(),
                     [&shared](pg::Database& database) -> Task<>
                     {
                         const auto executor = co_await asio::this_coro::executor;
                         pg::DatabaseOptions options;
                         options.conninfo = shared.conninfo();
                         pg::Database idle(executor, options);
                         co_await idle.connect(soon());
                         const auto service = new_service();
                         co_await add(database, service, 500);
                         auto snapshot = co_await idle.begin(soon());
                         co_await snapshot.run_script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1",
                                                      soon());
                         Bench bench(database, executor);
                         std::vector<Uuid> claimed;
                         co_await bench.refresh();
                         co_await drain_into(bench, claimed);
                         co_await add(database, service, 500);
                         co_await bench.refresh();
                         co_await drain_into(bench, claimed);
                         EXPECT_EQ(std::set<Uuid>(claimed.begin(), claimed.end()).size(), 1000U);
                         EXPECT_EQ(claimed.size(), 1000U);
                         co_await snapshot.rollback(soon());
                         idle.close();
                     });
}

}  // namespace
}  // namespace herald
