// A worker process in a test: everything from queue to providers on a database of its own, with a clock that stands
// still until it is moved.
//
//     in_delivery_world([](DeliveryWorld& world) -> Task<>
//     {
//         const auto service = co_await world.add_service();
//         const auto id = co_await world.accept(service, "ada@example.gov");
//         co_await world.deliver();
//         EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
//     });
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/this_coro.hpp>

#include "operations/deliver_notifications.hpp"
#include "operations/look_up_receipts.hpp"
#include "operations/notification_writer.hpp"
#include "operations/postgres_delivery_store.hpp"
#include "providers/capture/capture.hpp"
#include "queue/postgres_queue_store.hpp"
#include "queue/queue.hpp"
#include "storage/notification_store.hpp"
#include "storage/service_store.hpp"
#include "storage/template_store.hpp"
#include "tests/support/pg_fixture.hpp"
#include "tests/support/queue_fixture.hpp"
#include "workers/delivery_worker.hpp"
#include "workers/recovery_worker.hpp"

namespace herald::testing
{

// A service with one template a channel.
struct WorldService
{
    ServiceId id;
    TemplateId email;
    TemplateId sms;
};

struct WorldMessage
{
    explicit WorldMessage(const WorldService& from, std::string recipient = "ada@example.gov",
                          KeyType type = KeyType::normal)
        : service(from), to(std::move(recipient)), key_type(type)
    {
    }
    WorldService service;
    std::string to;  // with an @: an email
    KeyType key_type;
    std::optional<std::string> reference;
    std::string personalisation = R"({"name":"Ada"})";
    bool international = false;
    std::string trace_id;
    std::optional<Instant> scheduled_for;
};

struct WorldOptions
{
    CaptureScript script;  // of both channels; the simulator's own is empty
    DeliverOptions deliver;
    QueueOptions queue;
    DeliveryWorker::Options worker;
    LookUpReceipts::Options look_up;
    PoolOptions pool = patient();
    std::size_t concurrency = 64;  // of each provider
    CpuPool* large_emails = nullptr;

private:
    // The clock of the world may stand still while a provider fails many times.
    static PoolOptions patient()
    {
        PoolOptions options;
        options.breaker.failures_to_open = 1'000'000;
        return options;
    }
};

// The pool of a world of one provider a channel.
inline std::vector<PoolMember> pool_of(Provider* email, Provider* sms, std::size_t concurrency = 64)
{
    std::vector<PoolMember> members;
    if (email != nullptr) members.push_back({email, Channel::email, concurrency});
    if (sms != nullptr) members.push_back({sms, Channel::sms, concurrency});
    return members;
}

class DeliveryWorld
{
public:
    DeliveryWorld(pg::Database& db, asio::any_io_executor executor, WorldOptions options)
        : database(db),
          scope(executor),
          directory(db, keys, clock, {}),
          delivery_store(db),
          recorder(delivery_store, clock, scope, executor),
          email(executor, CaptureOptions{"email", true, options.script}, mailbox, sink(), clock),
          sms(executor, CaptureOptions{"sms", true, options.script}, mailbox, sink(), clock),
          simulator(executor, CaptureOptions{std::string(kSimulatorName), true, {}}, mailbox, sink(), clock),
          providers(pool_of(&email, &sms, options.concurrency), &simulator, options.pool),
          wake_up(executor),
          queue_store(db),
          queue(queue_store, wake_up, options.queue),
          writer(db, scope, executor, {},
                 [this](Lane lane, ServiceId service) { queue.hint(static_cast<std::int16_t>(lane), service); }),
          deliver_notifications(directory, recorder, providers, keys, clock, options.deliver, options.large_emails),
          worker(executor, queue, deliver_notifications, wake_up, clock, options.worker),
          look_up(delivery_store, recorder, providers, clock, options.look_up),
          provider_records(db),
          tend(provider_records, providers, clock),
          recovery(executor, queue, recorder, look_up, tend, clock, {})
    {
    }

    Task<> open()
    {
        co_await database.run_script("SELECT maintain_partitions('2026-06-15', 12)", soon());
        co_await tend.open(soon());
    }

    Task<WorldService> add_service(bool research_mode = false)
    {
        WorldService made{ServiceId{make_uuid_v4()}, TemplateId{make_uuid_v4()}, TemplateId{make_uuid_v4()}};
        Service service;
        service.id = made.id;
        service.name = "Service " + std::to_string(++services_);
        service.email_from = "service." + std::to_string(services_);
        service.restricted = false;
        service.message_limit = 10'000'000;
        service.research_mode = research_mode;
        const auto added = co_await ServiceStore(database, keys).add_service(service, clock.now(), soon());
        if (!added) throw std::runtime_error(added.error().message);
        for (const auto channel : {Channel::email, Channel::sms})
        {
            Template made_template;
            made_template.id = channel == Channel::email ? made.email : made.sms;
            made_template.service_id = made.id;
            made_template.type = channel;
            made_template.name = "Template";
            made_template.subject = channel == Channel::email ? "Subject" : "";
            made_template.content = "Hello ((name))";
            co_await TemplateStore(database).add(made_template, std::nullopt, clock.now(), soon());
        }
        co_return made;
    }

    // As the API accepts it.
    Task<NotificationId> accept(WorldService service, std::string to = "ada@example.gov",
                                KeyType key_type = KeyType::normal)
    {
        return accept(WorldMessage(service, std::move(to), key_type), writer);
    }
    Task<NotificationId> accept(WorldMessage message, NotificationWriter& by)
    {
        NewNotification row;
        row.id = NotificationId{make_uuid_v7(clock.now())};
        row.service_id = message.service.id;
        row.channel = message.to.find('@') == std::string::npos ? Channel::sms : Channel::email;
        row.template_id = row.channel == Channel::sms ? message.service.sms : message.service.email;
        row.template_version = 1;
        row.key_type = message.key_type;
        row.lane = message.key_type == KeyType::test ? Lane::test : Lane::normal;
        row.client_reference = message.reference;
        row.international = message.international;
        row.created_at = clock.now();
        row.scheduled_for = message.scheduled_for;
        row.local_date = zone.date_of(row.created_at);
        row.purge_on = add_days(row.local_date, 8);
        row.message_limit = 10'000'000;
        NotificationContents contents;
        contents.to = message.to;
        contents.normalised_to = message.to;
        contents.personalisation = message.personalisation;
        contents.trace_id = message.trace_id;
        row.sealed = seal_contents(keys, row.id, contents);
        const auto id = row.id;
        senders_[id] = row.service_id;
        const auto outcome = co_await by.write(std::move(row), soon());
        if (outcome != WriteOutcome::written) throw std::runtime_error("the message was not accepted");
        co_return id;
    }

    // Claims once, and waits until all of it and its receipts are recorded.
    Task<DeliveryCounts> deliver()
    {
        const auto counts = co_await worker.run_once();
        co_await settle();
        co_return counts;
    }
    // Until no receipt is on its way any more.
    Task<> settle()
    {
        while (email.receipts_waiting() + sms.receipts_waiting() + simulator.receipts_waiting() > 0)
            co_await sleep_for(milliseconds(1));
        co_await scope.join(soon());
    }

    Task<NotificationStatus> status(NotificationId id)
    {
        co_return static_cast<NotificationStatus>(
            co_await number("SELECT status::int8 FROM notifications WHERE id = '" + id.to_string() + "'"));
    }
    // The kinds of its events, in their order.
    Task<std::vector<EventKind>> events(NotificationId id)
    {
        const auto events = co_await NotificationStore(database).events(senders_.at(id), id, soon());
        std::vector<EventKind> kinds;
        for (const auto& event : events) kinds.push_back(event.kind);
        co_return kinds;
    }
    // The one number (bigint) that a query gives.
    Task<std::int64_t> number(std::string query)
    {
        // A statement's name and text must outlive the database: they are kept to the end of the process.
        static auto& kept = *new std::vector<std::unique_ptr<std::pair<std::string, std::string>>>();
        auto& entry = *kept.emplace_back(std::make_unique<std::pair<std::string, std::string>>());
        entry.first = "world_" + std::to_string(kept.size());
        entry.second = std::move(query);
        const pg::Statement statement{entry.first, entry.second};
        const auto rows = co_await database.execute(statement, pg::Params(), soon());
        co_return rows.get<std::int64_t>(0, 0);
    }
    // What differs between messages and ledger, which never may.
    Task<std::int64_t> ledger_differences()
    {
        return number(
            "WITH counted AS (SELECT service_id, local_date, template_id, channel, key_type, status, "
            "sum(notifications) AS n, sum(billable_units) AS units FROM (SELECT service_id, local_date, template_id, "
            "channel, key_type, status, notifications, billable_units FROM ledger UNION ALL SELECT service_id, "
            "local_date, template_id, channel, key_type, status, notifications, billable_units FROM ledger_deltas) l "
            "GROUP BY 1, 2, 3, 4, 5, 6), actual AS (SELECT service_id, local_date, template_id, channel, key_type, "
            "status, count(*) AS n, sum(billable_units) AS units FROM notifications GROUP BY 1, 2, 3, 4, 5, 6) "
            "SELECT count(*) FROM counted FULL JOIN actual USING (service_id, local_date, template_id, channel, "
            "key_type, status) WHERE coalesce(counted.n, 0) <> coalesce(actual.n, 0) "
            "OR coalesce(counted.units, 0) <> coalesce(actual.units, 0)");
    }

    pg::Database& database;
    FakeClock clock{Instant(std::chrono::sys_days(std::chrono::year(2026) / 6 / 15) + std::chrono::hours(15))};
    const KeyRing keys = KeyRing::generate();
    const TimeZone zone{"America/New_York"};
    TaskScope scope;
    ServiceDirectory directory;
    PostgresDeliveryStore delivery_store;
    DeliveryRecorder recorder;
    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
    CaptureProvider email;
    CaptureProvider sms;
    CaptureProvider simulator;
    ProviderPool providers;
    WakeUp wake_up;
    PostgresQueueStore queue_store;
    DeliveryQueue queue;
    NotificationWriter writer;
    DeliverNotifications deliver_notifications;
    DeliveryWorker worker;
    LookUpReceipts look_up;
    ProviderStore provider_records;
    TendProviders tend;
    RecoveryWorker recovery;

private:
    ReceiptSink sink()
    {
        return [this](Receipt receipt)
        {
            recorder.receive(std::move(receipt));
        };
    }

    int services_ = 0;
    std::map<NotificationId, ServiceId> senders_;  // of what was accepted
};

using WorldTask = std::function<Task<>(DeliveryWorld&)>;

inline Task<> run_in_world(pg::Database& database, const WorldTask& body, WorldOptions options)
{
    const auto executor = co_await asio::this_coro::executor;
    DeliveryWorld world(database, executor, std::move(options));
    co_await world.open();
    co_await body(world);
    co_await world.settle();
}

inline void in_delivery_world(const WorldTask& body, WorldOptions options = {})
{
    with_database([&](pg::Database& database) { return run_in_world(database, body, options); });
}

}  // namespace herald::testing
