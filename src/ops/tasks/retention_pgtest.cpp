// Nights that pass: what goes, what stays, and what a night costs.
#include <regex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/metrics.hpp"
#include "ops/tasks/tasks.hpp"
#include "sql/queries.hpp"
#include "tests/support/retention_world.hpp"

namespace herald
{
namespace
{

using ::testing::HasSubstr;
using testing::in_retention_world;
using testing::Place;
using testing::RetentionWorld;
using testing::soon;

Task<std::int64_t> run(RetentionWorld& world, const char* name)
{
    TaskContext context{world.database, world.zone};
    co_return co_await run_scheduled_task(*find_scheduled_task(name), context, world.clock.now());
}

// Every status, at every hour of the day, and what is under way in every table that holds such messages.
Task<> a_day_of_messages(RetentionWorld& world, ServiceId service)
{
    constexpr std::array kEnded = {NotificationStatus::delivered, NotificationStatus::permanent_failure,
                                   NotificationStatus::temporary_failure, NotificationStatus::technical_failure,
                                   NotificationStatus::sent};
    constexpr std::array kPlaces = {Place::ready, Place::retry, Place::awaiting};
    const Instant start = world.zone.start_of(world.today());
    const Instant end = world.zone.start_of(add_days(world.today(), 1));
    int count = 0;
    for (Instant at = start; at < end; at += std::chrono::minutes(180), ++count)
    {
        const auto channel = count % 2 == 0 ? Channel::sms : Channel::email;
        if (count == 3)
        {
            const auto place = kPlaces[static_cast<std::size_t>(world.today().day() == std::chrono::day(1))];
            co_await world.add_at(service, channel, at, NotificationStatus::created, place);
        }
        else if (count == 5)
            co_await world.add_at(service, channel, at, NotificationStatus::sending, kPlaces[2]);
        else
            co_await world.add_at(service, channel, at, kEnded[static_cast<std::size_t>(count) % kEnded.size()],
                                  Place::none);
    }
    // The last moment of the day.
    co_await world.add_at(service, Channel::sms, end - milliseconds(1), NotificationStatus::delivered, Place::none);
}

Task<> remember_contents(RetentionWorld& world)
{
    co_await world.database.run_script(
        "DROP TABLE IF EXISTS before_it; CREATE TABLE before_it AS SELECT service_id, notification_id FROM "
        "notification_contents",
        soon());
}

// By the calendar alone. Late: what is over, and was kept for long enough, is still there. Early: what went since
// remember_contents() should have stayed.
Task<> expect_right_contents(RetentionWorld& world)
{
    const auto today = format_date(world.today());
    const std::string kept_until =
        "n.local_date + CASE n.channel WHEN 1 THEN s.retention_days_email ELSE s.retention_days_sms END";
    const auto late = co_await world.number(fmt::format(
        "SELECT count(*) FROM notification_contents c JOIN notifications n ON n.id = c.notification_id JOIN "
        "services s ON s.id = n.service_id WHERE n.status NOT IN (1, 2, 3) AND {} < '{}'",
        kept_until, today));
    const auto early = co_await world.number(fmt::format(
        "SELECT count(*) FROM before_it b JOIN notifications n ON n.service_id = b.service_id AND n.id = "
        "b.notification_id JOIN services s ON s.id = n.service_id WHERE ({} >= '{}' OR n.status IN (1, 2, 3)) AND NOT "
        "EXISTS (SELECT FROM notification_contents c WHERE c.service_id = n.service_id AND c.notification_id = n.id "
        "AND c.purge_on = n.purge_on)",
        kept_until, today));
    EXPECT_EQ(late, 0) << world.zone.name() << ' ' << today;
    EXPECT_EQ(early, 0) << world.zone.name() << ' ' << today;
}

Task<> a_night(RetentionWorld& world)
{
    world.advance_days(1);
    const auto before = co_await world.totals();
    co_await remember_contents(world);
    co_await run(world, "drop_purged_contents");
    co_await run(world, "maintain_partitions");
    const auto after = co_await world.totals();
    EXPECT_EQ(after, before) << world.zone.name() << ' ' << format_date(world.today());
    EXPECT_EQ(after.differences, 0);
    co_await expect_right_contents(world);
}

// Early in the day.
Task<> change_of_mind(RetentionWorld& world, ServiceId service, ServiceChange change)
{
    co_await remember_contents(world);
    co_await world.change(service, std::move(change));
    world.advance(std::chrono::minutes(4));
    co_await run(world, "apply_retention");
    co_await expect_right_contents(world);
}

ServiceChange both_days(int email, int sms)
{
    ServiceChange change;
    change.retention_days_email = email;
    change.retention_days_sms = sms;
    return change;
}

// Three services with settings of their own, one of which changes its mind, from six days before a change of clocks.
Task<> sixteen_days(RetentionWorld& world)
{
    const auto shortest = co_await world.add_service(3, 3);
    const auto usual = co_await world.add_service(7, 7);
    const auto mixed = co_await world.add_service(12, 4);
    for (int day = 0; day < 16; ++day)
    {
        if (day == 5) co_await change_of_mind(world, mixed, both_days(4, 9));
        if (day == 9) co_await change_of_mind(world, mixed, both_days(8, 5));
        for (const auto service : {shortest, usual, mixed})
            if (day < 9) co_await a_day_of_messages(world, service);
        co_await a_night(world);
    }
    EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_contents_default"), 0);
    EXPECT_GT(co_await world.number("SELECT count(*) FROM notification_contents"), 0) << "some are still under way";
}

class NightsOf : public ::testing::TestWithParam<std::pair<const char*, const char*>>
{
};

TEST_P(NightsOf, ForgetByLocalDaysAndChangeNoCount)
{
    const auto [zone, start] = GetParam();
    in_retention_world(sixteen_days, zone, parse_iso8601(start).value());
}

INSTANTIATE_TEST_SUITE_P(ClockChanges, NightsOf,
                         ::testing::Values(std::pair("America/New_York", "2026-03-02T06:00:00Z"),
                                           std::pair("America/New_York", "2026-10-26T06:00:00Z"),
                                           std::pair("Europe/London", "2026-03-23T06:00:00Z"),
                                           std::pair("Europe/London", "2026-10-19T06:00:00Z")));

std::string lines_of(const pg::Rows& rows)
{
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) text += rows.get<std::string>(i, 0) + "\n";
    return text;
}

// A figure of EXPLAIN is that of a step and of what is below it; the first is the whole statement's.
int pages_of(const std::string& plan)
{
    std::smatch found;
    if (!std::regex_search(plan, found, std::regex(R"(Buffers: shared hit=(\d+)(?: read=(\d+))?)"))) return -1;
    return std::stoi(found[1]) + (found[2].matched ? std::stoi(found[2]) : 0);
}

// The one statement of a night that looks at messages at all.
Task<int> pages_of_a_look(RetentionWorld& world)
{
    const std::string text = fmt::format("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {}", sql::list_unfinished_past.text);
    const pg::Statement explain{"t_explain_unfinished", text};
    const Uuid before = uuid_v7_floor(world.zone.start_of(add_days(world.today(), -2)));
    auto transaction = co_await world.database.begin(soon());
    int pages = 0;
    // The first time catalogues are read as well.
    for (int i = 0; i < 2; ++i)
    {
        auto params = pg::Params::of(world.today(), before, Uuid(), Uuid(), 1000);
        const auto rows = co_await transaction.execute(explain, std::move(params), soon());
        pages = pages_of(lines_of(rows));
    }
    co_await transaction.rollback(soon());
    co_return pages;
}

// Services that ever sent something, most of them with nothing to purge, and a queue that is all young.
constexpr const char* kManyServices =
    "INSERT INTO services (id, name, email_from, message_limit, created_at) SELECT gen_random_uuid(), 's' || i, 's' || "
    "i, 50, now() FROM generate_series(1, 5000) i; "
    "INSERT INTO queue_services SELECT 2, id FROM services; "
    "INSERT INTO awaiting_receipts SELECT 'p', gen_random_uuid(), gen_random_uuid(), (left(uuid_v7_floor(date "
    "'2026-06-15')::text, 24) || right(gen_random_uuid()::text, 12))::uuid, now() FROM generate_series(1, 20000); "
    "INSERT INTO queue_retries SELECT now(), '00000000-0000-4000-8000-000000000000', (left(uuid_v7_floor(date "
    "'2026-06-15')::text, 24) || right(gen_random_uuid()::text, 12))::uuid, 2, 1, 1, false FROM generate_series(1, "
    "20000); "
    "INSERT INTO queue_ready SELECT 2, 1, 1, false, '00000000-0000-4000-8000-000000000000', "
    "(left(uuid_v7_floor(date '2026-06-15')::text, 24) || right(gen_random_uuid()::text, 12))::uuid FROM "
    "generate_series(1, 20000); "
    "ANALYZE";

TEST(RetentionNight, CostsNothingForServicesWithNothingToPurge)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto few = co_await pages_of_a_look(world);
            co_await world.database.run_script(kManyServices, soon());
            const auto many = co_await pages_of_a_look(world);
            EXPECT_GT(few, 0);
            // Deeper indexes, and the places that have something queued: one each, not 5,000, and none of 60,000 rows.
            EXPECT_LT(many, few + 60);
        });
}

// By the histograms of this process: every statement that it has asked for.
std::int64_t statements_so_far()
{
    static const std::regex kCount(R"(\nherald_statement_run_seconds_count\{[^}]*\} (\d+))");
    const std::string told = metrics::expose();
    std::int64_t sum = 0;
    for (std::sregex_iterator each(told.begin(), told.end(), kCount), end; each != end; ++each)
        sum += std::stoll((*each)[1]);
    return sum;
}

// Of a night that forgets a day of so many services.
std::int64_t statements_of_a_night(int services)
{
    std::int64_t asked = 0;
    in_retention_world(
        [&](RetentionWorld& world) -> Task<>
        {
            for (int i = 0; i < services; ++i)
            {
                const auto service = co_await world.add_service(7, 7);
                co_await world.add(service, Channel::sms, 7, NotificationStatus::delivered);
            }
            world.advance_days(1);
            const auto before = statements_so_far();
            EXPECT_EQ(co_await run(world, "drop_purged_contents"), 2) << "yesterday's and today's";
            asked = statements_so_far() - before;
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_contents"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications"), services);
        });
    return asked;
}

TEST(RetentionNight, AsksTheSameForAnyNumberOfServices)
{
    const auto of_two = statements_of_a_night(2);
    EXPECT_GT(of_two, 0);
    EXPECT_LT(of_two, 15);
    EXPECT_EQ(statements_of_a_night(60), of_two);
}

TEST(PurgeDeadSecrets, ForgetsThoseOfKeysThatWereRevokedLongAgoAndKeepsTheKeys)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            co_await world.database.run_script(
                fmt::format("INSERT INTO api_keys (id, service_id, name, secret_sealed, key_type, created_at, "
                            "expiry_date) SELECT gen_random_uuid(), '{}', n, 'xxxx', 1, '2026-01-01', e FROM (VALUES "
                            "('alive', NULL), ('just revoked', timestamptz '2026-05-17'), ('long ago', '2026-05-15')) "
                            "AS t (n, e)",
                            service.to_string()),
                soon());
            EXPECT_EQ(co_await run(world, "purge_dead_secrets"), 1);
            EXPECT_EQ(co_await run(world, "purge_dead_secrets"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM api_keys"), 3);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM api_keys WHERE secret_sealed <> ''"), 2);
            // The ring's bookkeeping passes over what is not sealed any more.
            const auto uses = co_await world.database.execute(sql::count_sealing_keys, pg::Params(), soon());
            EXPECT_FALSE(uses.empty());
        });
}

TEST(DropNotificationEvents, DropsTheDaysOlderThanAHundred)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            co_await world.add(service, Channel::sms, 0, NotificationStatus::delivered);    // a partition of its own
            co_await world.add(service, Channel::sms, 120, NotificationStatus::delivered);  // the default one
            EXPECT_EQ(co_await run(world, "drop_notification_events"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events"), 1);
            world.advance_days(100);
            co_await run(world, "drop_notification_events");
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events"), 1);
            world.advance_days(2);
            EXPECT_GT(co_await run(world, "drop_notification_events"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notification_events"), 0);
        });
}

TEST(ApplyRetentionTask, CostsOneProbeWhileNothingWasChanged)
{
    in_retention_world(
        [](RetentionWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service(7, 7);
            co_await world.add(service, Channel::sms, 3, NotificationStatus::delivered);
            EXPECT_EQ(co_await run(world, "apply_retention"), 0);
            const std::string text = fmt::format("EXPLAIN (COSTS OFF) {}", sql::list_retention_changes.text);
            const pg::Statement explain{"t_explain_changes", text};
            auto transaction = co_await world.database.begin(soon());
            co_await transaction.run_script("SET LOCAL enable_seqscan = off", soon());
            const auto plan = lines_of(co_await transaction.execute(explain, pg::Params::of(100), soon()));
            EXPECT_THAT(plan, HasSubstr("service_retention_on_its_way")) << plan;
            co_await transaction.rollback(soon());
        });
}

}  // namespace
}  // namespace herald
