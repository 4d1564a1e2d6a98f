// Messages of past days on a database of its own, nights that pass, and what must be so after each of them.
//
//     in_retention_world([](RetentionWorld& world) -> Task<>
//     {
//         const auto service = co_await world.add_service(7, 30);
//         co_await world.add(service, Channel::sms, 31, NotificationStatus::delivered);
//         co_await world.night();
//     });
#pragma once

#include <functional>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "operations/apply_retention.hpp"
#include "operations/manage_services.hpp"
#include "sql/queries.hpp"
#include "storage/notification_store.hpp"
#include "storage/retention_store.hpp"
#include "tests/support/pg_fixture.hpp"

namespace herald::testing
{

// Which table holds a message that is under way.
enum class Place
{
    none,
    ready,
    lease,
    retry,
    held,
    awaiting,
    awaiting_twice,  // under two references
};

class RetentionWorld
{
public:
    // What a purge must not change.
    struct Totals
    {
        std::string facts;
        std::string ledger;
        std::string events;
        std::int64_t differences = 0;  // between ledger and facts
        bool operator==(const Totals&) const = default;
    };

    RetentionWorld(pg::Database& db, const std::string& time_zone, Instant start)
        : database(db), zone(time_zone), clock(start)
    {
    }

    // With the partitions of today: what was to go before that lies in the default one.
    Task<> open()
    {
        co_await run_script(fmt::format("SELECT maintain_partitions('{}', 100)", format_date(add_days(today(), -1))));
    }

    [[nodiscard]] LocalDate today() const { return zone.date_of(clock.now()); }
    void advance(std::chrono::minutes by) { clock.advance(by); }
    // To a little after the next midnight.
    void advance_days(int days) { clock.set(zone.start_of(add_days(today(), days)) + seconds(15)); }

    Task<ServiceId> add_service(int email_days, int sms_days)
    {
        NewService wanted;
        wanted.name = "Service " + std::to_string(++services_);
        wanted.retention_days_email = email_days;
        wanted.retention_days_sms = sms_days;
        auto made = co_await create_service(manage(), std::move(wanted));
        if (!made) throw std::runtime_error(made.error().message);
        co_return made->service.id;
    }
    Task<> change(ServiceId service, ServiceChange wanted)
    {
        auto changed = co_await change_service(manage(), service, std::move(wanted));
        if (!changed) throw std::runtime_error(changed.error().message);
    }

    // Accepted at noon, so many local days ago, by the setting of now.
    Task<NotificationId> add(ServiceId service, Channel channel, int days_ago, NotificationStatus status,
                             Place place = Place::none)
    {
        return add_at(service, channel, zone.start_of(add_days(today(), -days_ago)) + std::chrono::hours(12), status,
                      place);
    }
    Task<NotificationId> add_at(ServiceId service, Channel channel, Instant at, NotificationStatus status, Place place)
    {
        const NotificationId id{id_at(at)};
        const auto date = format_date(zone.date_of(at));
        const auto* keep = channel == Channel::sms ? "retention_days_sms" : "retention_days_email";
        std::string script = fmt::format(
            "INSERT INTO notifications (service_id, id, template_id, template_version, key_type, channel, status, "
            "billable_units, international, rate_multiplier, local_date, purge_on, created_at) SELECT id, '{0}', id, "
            "1, 1, {1}, {2}, 1, false, 1, '{3}', date '{3}' + {4} + 1, '{5}' FROM services WHERE id = '{6}'; "
            "INSERT INTO notification_contents SELECT purge_on, service_id, id, 'personal' FROM notifications WHERE "
            "id = '{0}'; "
            "INSERT INTO notification_events (at, service_id, notification_id, kind, status) VALUES ('{5}', '{6}', "
            "'{0}', 1, 1); "
            "INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, "
            "notifications, billable_units) VALUES ('{3}', '{6}', '{6}', {1}, 1, {2}, 1, 1); ",
            id.to_string(), static_cast<int>(channel), static_cast<int>(status), date, keep, format_v2(at),
            service.to_string());
        script += queued(service, id, channel, place);
        co_await run_script(script);
        co_return id;
    }
    Task<> add_inbound(ServiceId service, int days_ago, int keep)
    {
        const LocalDate date = add_days(today(), -days_ago);
        co_await run_script(fmt::format(
            "INSERT INTO inbound_sms (service_id, id, notify_number, sealed, provider, created_at, purge_on, "
            "local_date) VALUES ('{}', '{}', '1', 'x', 'p', '{}', '{}', '{}')",
            service.to_string(), id_at(zone.start_of(date)).to_string(), format_v2(zone.start_of(date)),
            format_date(add_days(date, keep + 1)), format_date(date)));
    }
    // The message is delivered: as a receipt does it, ledger and all.
    static std::string end_of(NotificationId id)
    {
        return fmt::format(
            "INSERT INTO ledger_deltas (local_date, service_id, template_id, channel, key_type, status, notifications, "
            "billable_units) SELECT local_date, service_id, template_id, channel, key_type, s, d, d FROM "
            "notifications n, LATERAL (VALUES (n.status, -1), (5, 1)) AS t (s, d) WHERE id = '{0}'; "
            "UPDATE notifications SET status = 5 WHERE id = '{0}'; "
            "DELETE FROM queue_ready WHERE notification_id = '{0}'; DELETE FROM queue_leases WHERE notification_id = "
            "'{0}'; DELETE FROM queue_retries WHERE notification_id = '{0}'; DELETE FROM queue_held WHERE "
            "notification_id = '{0}'; DELETE FROM awaiting_receipts WHERE notification_id = '{0}'",
            id.to_string());
    }
    Task<> finish(NotificationId id) { co_await run_script(end_of(id)); }

    Task<std::int64_t> apply()
    {
        co_return co_await apply_retention_changes(database, zone, clock.now(), batch, soon());
    }
    // What comes with the local day: partitions, and the contents whose day has come. How many days were dropped.
    Task<std::int64_t> night()
    {
        const auto date = format_date(today());
        co_await hold_unfinished_contents(database, zone, today(), batch, soon());
        std::int64_t dropped = 0;
        while (co_await drop_one()) ++dropped;
        co_await run_script(
            fmt::format("DELETE FROM notification_contents_default WHERE purge_on <= '{0}'; "
                        "DELETE FROM inbound_sms WHERE purge_on <= '{0}'; "
                        "SELECT maintain_partitions('{0}', 100)",
                        date));
        co_return dropped;
    }

    Task<bool> shown(ServiceId service, NotificationId id)
    {
        const auto found = co_await NotificationStore(database).find(service, id, today(), soon());
        co_return found.has_value();
    }
    Task<std::int64_t> number(std::string query)
    {
        const pg::Statement statement = statement_of(std::move(query));
        const auto rows = co_await database.execute(statement, pg::Params(), soon());
        co_return rows.get<std::int64_t>(0, 0);
    }
    Task<std::int64_t> contents_of(ServiceId service)
    {
        co_return co_await number(
            fmt::format("SELECT count(*) FROM notification_contents WHERE service_id = '{}'", service.to_string()));
    }
    // Contents that lie under another day than their message says, or than the setting has it (messages that are over),
    // and messages of days to come without contents.
    Task<std::int64_t> misplaced()
    {
        co_return co_await number(fmt::format(
            "SELECT count(*) FROM notifications n JOIN services s ON s.id = n.service_id FULL JOIN "
            "notification_contents c ON c.service_id = n.service_id AND c.notification_id = n.id "
            "WHERE (c.sealed IS NOT NULL AND n.purge_on IS DISTINCT FROM c.purge_on) "
            "OR (c.sealed IS NULL AND n.purge_on > '{0}') "
            "OR (c.sealed IS NOT NULL AND n.status NOT IN (1, 2, 3) AND c.purge_on <> n.local_date + 1 + CASE "
            "n.channel WHEN 1 THEN s.retention_days_email ELSE s.retention_days_sms END)",
            format_date(today())));
    }
    Task<Totals> totals()
    {
        Totals totals;
        totals.facts = co_await text(
            "SELECT coalesce(string_agg(l, '|' ORDER BY l), '') FROM (SELECT concat_ws(' ', service_id, local_date, "
            "channel, status, count(*), sum(billable_units)) AS l FROM notifications GROUP BY service_id, local_date, "
            "channel, status) t");
        totals.ledger = co_await text(
            "SELECT coalesce(string_agg(l, '|' ORDER BY l), '') FROM (SELECT concat_ws(' ', service_id, local_date, "
            "channel, status, sum(notifications), sum(billable_units)) AS l FROM (SELECT local_date, service_id, "
            "channel, status, "
            "notifications, billable_units FROM ledger UNION ALL SELECT local_date, service_id, channel, status, "
            "notifications, billable_units FROM ledger_deltas) d GROUP BY service_id, local_date, channel, status "
            "HAVING sum(notifications) <> 0) t");
        totals.events = co_await text("SELECT count(*)::text FROM notification_events");
        totals.differences = totals.facts == totals.ledger ? 0 : 1;
        co_return totals;
    }

    pg::Database& database;
    const TimeZone zone;
    FakeClock clock;
    std::int32_t batch = 50;

private:
    ManageContext manage() { return ManageContext{database, keys_, "US", clock.now(), soon()}; }
    Task<> run_script(std::string script) { co_await database.run_script(std::move(script), soon()); }
    Task<std::string> text(std::string query)
    {
        const pg::Statement statement = statement_of(std::move(query));
        const auto rows = co_await database.execute(statement, pg::Params(), soon());
        co_return rows.get<std::string>(0, 0);
    }
    // As make_uuid_v7, which does not go back in time.
    static Uuid id_at(Instant at)
    {
        const auto floor = uuid_v7_floor(at).to_string();
        return Uuid::parse(floor.substr(0, 24) + make_uuid_v4().to_string().substr(24)).value();
    }
    static std::string queued(ServiceId service, NotificationId id, Channel channel, Place place)
    {
        const auto keys = fmt::format("'{}', '{}'", service.to_string(), id.to_string());
        const int number = static_cast<int>(channel);
        switch (place)
        {
            case Place::none:
                break;
            case Place::ready:
                return fmt::format(
                    "INSERT INTO queue_ready (service_id, notification_id, lane, channel, attempt, "
                    "uncertain) VALUES ({}, 2, {}, 1, false)",
                    keys, number);
            case Place::lease:
                return fmt::format(
                    "INSERT INTO queue_leases (service_id, notification_id, lane, channel, attempt, "
                    "uncertain, fence, holder, lease_until) VALUES ({}, 2, {}, 1, false, 1, "
                    "gen_random_uuid(), now())",
                    keys, number);
            case Place::retry:
                return fmt::format(
                    "INSERT INTO queue_retries (service_id, notification_id, run_at, lane, channel, "
                    "attempt, uncertain) VALUES ({}, now(), 2, {}, 1, false)",
                    keys, number);
            case Place::held:
                return fmt::format(
                    "INSERT INTO queue_held (service_id, notification_id, job_id, lane, channel, "
                    "attempt) VALUES ({}, gen_random_uuid(), 3, {}, 1)",
                    keys, number);
            case Place::awaiting:
            case Place::awaiting_twice:
                return fmt::format(
                    "INSERT INTO awaiting_receipts (service_id, notification_id, provider, reference, "
                    "look_up_at) SELECT {}, 'p', gen_random_uuid(), now() FROM generate_series(1, {})",
                    keys, place == Place::awaiting ? 1 : 2);
        }
        return {};
    }
    // The drop as drop_purged_contents has it: again when somebody reads just then.
    Task<bool> drop_one()
    {
        for (Looks looks;;)
        {
            try
            {
                const auto rows = co_await database.execute(sql::drop_purged_contents, pg::Params::of(today()), soon());
                co_return rows.get<std::optional<std::string>>(0, "dropped").has_value();
            }
            catch (const pg::SqlError& refused)
            {
                if (refused.sqlstate != "55P03") throw;
            }
            co_await looks.again();
        }
    }

    // Kept for as long as the database may want to prepare it again.
    pg::Statement statement_of(std::string query)
    {
        const auto& [text, name] =
            *statements_.try_emplace(std::move(query), "t_" + std::to_string(statements_.size())).first;
        return {name, text};
    }

    std::map<std::string, std::string> statements_;
    const KeyRing keys_ = KeyRing::generate();
    int services_ = 0;
};

using RetentionTask = std::function<Task<>(RetentionWorld&)>;

inline Task<> run_retention_world(RetentionWorld& world, const RetentionTask& body)
{
    co_await world.open();
    co_await body(world);
}

// In New York, on a day of June, unless it is said otherwise.
inline void in_retention_world(const RetentionTask& body, const std::string& time_zone = "America/New_York",
                               Instant start = parse_iso8601("2026-06-15T20:00:00Z").value())
{
    with_database(
        [&](pg::Database& database) -> Task<>
        {
            RetentionWorld world(database, time_zone, start);
            co_await run_retention_world(world, body);
        });
}

}  // namespace herald::testing
