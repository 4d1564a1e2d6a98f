// Statements that change several rows lock them in the order of their keys, whatever the order of their input: two
// processes that are told of the same messages then wait for each other one way only.
#include <gtest/gtest.h>

#include "runtime/task_scope.hpp"
#include "sql/queries.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald
{
namespace
{

using testing::soon;
using testing::with_database;

constexpr Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15));
constexpr pg::Statement kWaiting{"t_waiting", "SELECT count(*) FROM pg_locks WHERE NOT granted"};
constexpr pg::Statement kFreeNotification{"t_free_notification",
                                          "SELECT id FROM notifications WHERE id = $1::uuid FOR UPDATE SKIP LOCKED"};
constexpr pg::Statement kFreeCallback{
    "t_free_callback", "SELECT subject_id FROM callback_tasks WHERE subject_id = $1::uuid FOR UPDATE SKIP LOCKED"};
constexpr pg::Statement kTakeNotification{"t_take_notification",
                                          "SELECT id FROM notifications WHERE id = $1::uuid FOR UPDATE"};
constexpr pg::Statement kTakeCallback{"t_take_callback",
                                      "SELECT subject_id FROM callback_tasks WHERE subject_id = $1::uuid FOR UPDATE"};

const Uuid kLow = Uuid::parse("01900000-0000-7000-8000-000000000001").value();
const Uuid kHigh = Uuid::parse("01900000-0000-7000-8000-000000000002").value();

// Two messages of one service, claimed, awaited and with a callback owed.
Task<> add_two(pg::Database& database)
{
    co_await database.run_script(
        "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, "
        "billable_units, international, rate_multiplier, local_date, purge_on, created_at) "
        "SELECT '01900000-0000-7000-8000-000000000000', id::uuid, gen_random_uuid(), 1, 1, 2, 2, 1, false, 1, "
        "'2026-06-15', '2026-06-23', now() FROM (VALUES ('01900000-0000-7000-8000-000000000001'), "
        "('01900000-0000-7000-8000-000000000002')) AS t (id); "
        "INSERT INTO queue_leases (service_id, notification_id, lane, channel, attempt, uncertain, fence, holder, "
        "lease_until) SELECT service_id, id, 2, 2, 1, false, 1, gen_random_uuid(), now() FROM notifications; "
        "INSERT INTO awaiting_receipts (provider, reference, service_id, notification_id, look_up_at, handed_over_at) "
        "SELECT 'carrier', right(id::text, 1), service_id, id, now(), "
        "now() - make_interval(mins => right(id::text, 1)::int) FROM notifications; "
        "INSERT INTO callback_tasks (service_id, callback_type, subject_id, fence) "
        "SELECT service_id, 'delivery_status', id, 1 FROM notifications",
        soon());
}

Task<> run_statement(pg::Database& database, pg::Statement statement, pg::Params params)
{
    co_await database.execute(statement, std::move(params), soon());
}

// Somebody holds the lower row. Told of the higher one first, the statement must not hold that one while it waits.
void expect_order(pg::Statement statement, pg::Params params, pg::Statement take, pg::Statement look)
{
    with_database(
        [&](pg::Database& database) -> Task<>
        {
            co_await add_two(database);
            auto holder = co_await database.begin(soon());
            co_await holder.execute(take, pg::Params::of(kLow), soon());
            auto observer = co_await database.begin(soon());  // before the statement takes its connection
            TaskScope running(co_await asio::this_coro::executor);
            running.spawn("statement", run_statement(database, statement, std::move(params)));
            const auto until = soon();
            std::int64_t locks = 0;
            while (locks == 0 && std::chrono::steady_clock::now() < until)
            {
                const auto rows = co_await observer.execute(kWaiting, pg::Params(), soon());
                locks = rows.get<std::int64_t>(0, 0);
            }
            const auto free_rows = co_await observer.execute(look, pg::Params::of(kHigh), soon());
            EXPECT_GT(locks, 0) << "it does not wait for the row";
            EXPECT_EQ(free_rows.size(), 1U) << "it holds the higher row while it waits for the lower";
            co_await observer.rollback(soon());
            co_await holder.rollback(soon());
            EXPECT_TRUE(co_await running.join(soon()));
        });
}

const Uuid kService = Uuid::parse("01900000-0000-7000-8000-000000000000").value();
const std::vector<Uuid> kServices{kService, kService};
const std::vector<Uuid> kBackwards{kHigh, kLow};
const std::vector<std::int64_t> kFences{1, 1};
const std::vector<Instant> kTimes{kNow, kNow};
const std::vector<std::string> kTexts{"2", "1"};
const std::vector<std::string> kCarriers{"carrier", "carrier"};

std::vector<std::int16_t> both(std::int16_t number)
{
    return {number, number};
}

TEST(LockOrder, OfRecordSendResults)
{
    auto params = pg::Params::of(kServices, kBackwards, kFences, both(4), both(6), kCarriers, kTexts, kTexts, both(1),
                                 kTimes, kTimes, both(7), kNow);
    expect_order(sql::record_send_results, std::move(params), kTakeNotification, kFreeNotification);
}

TEST(LockOrder, OfRecordReceipts)
{
    const std::vector<std::optional<Uuid>> untold{std::nullopt, std::nullopt};
    auto params = pg::Params::of(kCarriers, kTexts, both(5), kTexts, kTimes, untold, untold, true, kNow,
                                 std::string_view("simulator"));
    expect_order(sql::record_receipts, std::move(params), kTakeNotification, kFreeNotification);
}

// The higher one waits for longer.
TEST(LockOrder, OfTimeOutNotifications)
{
    auto params = pg::Params::of(SystemClock().now(), Instant(), 10, kNow);
    expect_order(sql::time_out_notifications, std::move(params), kTakeNotification, kFreeNotification);
}

TEST(LockOrder, OfRecordCallbacks)
{
    const std::vector<std::string> types{"delivery_status", "delivery_status"};
    // One that is over and one that comes again: changed by different parts of the statement.
    const std::vector<std::int16_t> answers{1, 2};
    const std::vector<std::int32_t> took{1, 1};
    auto params = pg::Params::of(kServices, types, kBackwards, kFences, answers, both(1), both(0), kBackwards, both(0),
                                 took, kTexts, kNow, std::int16_t{5}, 300.0, 10, 60.0, 30.0, 900.0);
    expect_order(sql::record_callbacks, std::move(params), kTakeCallback, kFreeCallback);
}

}  // namespace
}  // namespace herald
