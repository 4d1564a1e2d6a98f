#include "operations/rate_limiter.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::TestDatabase;
using testing::with_database;
using testing::with_database_at;

const Instant kNow = parse_iso8601("2026-11-23T09:05:07Z").value();

Service service_with(std::int32_t limit)
{
    Service service;
    service.id = ServiceId{make_uuid_v4()};
    service.rate_limit = limit;
    return service;
}

Task<> take_into(RateLimiter& limiter, const Service& service, Instant now, int& allowed)
{
    const auto decision = co_await limiter.take(service, KeyType::normal, now, soon());
    if (decision.allowed) ++allowed;
}

Task<int> take_many(RateLimiter& limiter, const Service& service, Instant now, int calls)
{
    int allowed = 0;
    for (int i = 0; i < calls; ++i) co_await take_into(limiter, service, now, allowed);
    co_return allowed;
}

// One process alone reaches the limit exactly; two side by side stay within a tenth of it, whoever is busier.
TEST(RateLimiter, HoldsWithinATenthOverTwoProcesses)
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
                         RateLimiter left(database);
                         RateLimiter right(second);
                         const auto service = service_with(600);
                         int allowed = 0;
                         TaskScope calls(executor);
                         for (int i = 0; i < 900; ++i)
                             calls.spawn("take", take_into(i % 3 == 0 ? left : right, service, kNow, allowed));
                         EXPECT_TRUE(co_await calls.join(soon()));
                         EXPECT_LE(allowed, 660);
                         EXPECT_GE(allowed, 540);
                         second.close();
                     });
}

TEST(RateLimiter, AQuietProcessDoesNotKeepTokensFromABusyOne)
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
                         RateLimiter quiet(database);
                         RateLimiter busy(second);
                         const auto service = service_with(600);
                         int first = 0;
                         TaskScope calls(executor);
                         for (int i = 0; i < 25; ++i) calls.spawn("take", take_into(quiet, service, kNow, first));
                         EXPECT_TRUE(co_await calls.join(soon()));
                         EXPECT_EQ(first, 25) << "25 at once share one block";
                         EXPECT_GE(co_await take_many(busy, service, kNow, 700), 540);
                         second.close();
                     });
}

TEST(RateLimiter, IdleProcessesHoldNothingBackForABurst)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            std::deque<RateLimiter> processes;
            for (int i = 0; i < 6; ++i) processes.emplace_back(database);
            const auto service = service_with(600);
            for (auto& process : processes) EXPECT_EQ(co_await take_many(process, service, kNow, 50), 50);
            int allowed = 0;
            const Instant later = kNow + std::chrono::hours(1);
            for (auto& process : processes) allowed += co_await take_many(process, service, later, 700);
            EXPECT_EQ(allowed, 600);
        });
}

TEST(RateLimiter, TellsWhatIsLeftForAllProcesses)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            RateLimiter left(database);
            RateLimiter right(database);
            const auto service = service_with(600);
            EXPECT_EQ((co_await left.take(service, KeyType::normal, kNow, soon())).remaining, 599);
            EXPECT_EQ((co_await right.take(service, KeyType::normal, kNow, soon())).remaining, 598);
        });
}

TEST(RateLimiter, RefillsWithTime)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            RateLimiter limiter(database);
            const auto service = service_with(60);
            EXPECT_EQ(co_await take_many(limiter, service, kNow, 100), 60);
            const auto refused = co_await limiter.take(service, KeyType::normal, kNow, soon());
            EXPECT_FALSE(refused.allowed);
            EXPECT_EQ(refused.limit, 60);
            EXPECT_EQ(refused.retry_after_seconds, 1);
            EXPECT_EQ(co_await take_many(limiter, service, kNow + seconds(10), 100), 10);
            EXPECT_EQ(co_await take_many(limiter, service, kNow + std::chrono::hours(1), 100), 60);
        });
}

TEST(RateLimiter, EachKindOfKeyAndServiceHasItsOwn)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            RateLimiter limiter(database);
            const auto service = service_with(5);
            const auto other = service_with(5);
            EXPECT_EQ(co_await take_many(limiter, service, kNow, 9), 5);
            EXPECT_EQ(co_await take_many(limiter, other, kNow, 9), 5);
            EXPECT_TRUE((co_await limiter.take(service, KeyType::test, kNow, soon())).allowed);
            EXPECT_TRUE((co_await limiter.take(service, KeyType::team, kNow, soon())).allowed);
        });
}

TEST(RateLimiter, ALimitOfZeroAllowsNothing)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            RateLimiter limiter(database);
            EXPECT_EQ(co_await take_many(limiter, service_with(0), kNow, 3), 0);
        });
}

TEST(RateLimiter, WaitersGoOnWhenARefillFails)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            RateLimiter limiter(database);
            const auto service = service_with(600);
            co_await database.run_script("ALTER TABLE rate_buckets RENAME TO gone", soon());
            int allowed = 0;
            TaskScope failing(executor);
            for (int i = 0; i < 3; ++i) failing.spawn("take", take_into(limiter, service, kNow, allowed));
            EXPECT_TRUE(co_await failing.join(soon()));
            EXPECT_EQ(allowed, 0);
            co_await database.run_script("ALTER TABLE gone RENAME TO rate_buckets", soon());
            EXPECT_EQ(co_await take_many(limiter, service, kNow, 3), 3);
        });
}

}  // namespace
}  // namespace herald
