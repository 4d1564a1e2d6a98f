#include "app/worker_role.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "app/job_part.hpp"
#include "app/options.hpp"
#include "app/providers.hpp"
#include "operations/postgres_delivery_store.hpp"
#include "queue/postgres_queue_store.hpp"
#include "queue/presence.hpp"
#include "queue/wake_channel.hpp"
#include "runtime/cpu_pool.hpp"
#include "workers/callback_worker.hpp"
#include "workers/delivery_worker.hpp"
#include "workers/recovery_worker.hpp"

namespace herald
{

namespace
{

constexpr auto kLookAtParts = seconds(1);

DeliveryWorker::Options worker_options(const Settings& settings)
{
    DeliveryWorker::Options options;
    options.batch = static_cast<std::size_t>(settings.delivery.batch);
    return options;
}

// Beside the loop there is at least one core's worth of work to share.
std::size_t render_threads()
{
    return std::max<std::size_t>(1, std::thread::hardware_concurrency() / 2);
}

CallbackOptions callback_options(const Settings& settings)
{
    CallbackOptions options;
    options.tries = static_cast<std::int16_t>(settings.callbacks.tries);
    options.retry_pause = seconds(settings.callbacks.retry_seconds);
    options.timeout = milliseconds(settings.callbacks.timeout_ms);
    options.inbound_timeout = milliseconds(settings.callbacks.inbound_timeout_ms);
    options.pause_after = seconds(settings.callbacks.pause_after_seconds);
    options.allowed = callback_urls_allowed(settings);
    return options;
}

HolderPresence::Options presence_options(const Settings& settings)
{
    HolderPresence::Options options;
    options.uncertain_pause = queue_options(settings).uncertain_pause;
    return options;
}

// The endpoints of many services may be one host. None waits for another's connection: the wait would count as the
// endpoint's own failure.
HttpClientOptions callback_client_options()
{
    HttpClientOptions options;
    options.max_connections_per_host = static_cast<long>(CallbackWorker::Options().concurrency);
    return options;
}

}  // namespace

// In the order of construction: each uses those above it.
struct WorkerRole::Parts
{
    Parts(const Settings& settings, const Collaborators& with, Loop& loop, TaskScope& scope)
        : executor(loop.executor()),
          database(executor, database_options(settings, "worker")),
          directory(database, with.keys, with.clock, directory_options(settings)),
          delivery_store(database),
          recorder(delivery_store, with.clock, scope, executor, recorder_options(settings)),
          providers(
              executor, settings, with.mailbox, [this](Receipt receipt) { recorder.receive(std::move(receipt)); },
              with.clock),
          wake_up(executor),
          queue_store(database),
          presence(executor, database_options(settings, "worker presence", 1), database, with.clock,
                   presence_options(settings)),
          queue(queue_store, wake_up, named_by_presence(queue_options(settings))),
          render_pool(render_threads(), static_cast<std::size_t>(settings.delivery.concurrency)),
          deliver(directory, recorder, providers.pool(), with.keys, with.clock, deliver_options(settings),
                  &render_pool),
          delivery(executor, queue, deliver, wake_up, with.clock, worker_options(settings)),
          look_up(delivery_store, recorder, providers.pool(), with.clock, {}),
          provider_records(database),
          tend(provider_records, providers.pool(), with.clock),
          recovery(executor, queue, recorder, look_up, tend, with.clock, {}),
          http(executor, callback_client_options()),
          callbacks(database, http, with.keys, with.clock, scope, executor, callback_options(settings)),
          callback_worker(executor, callbacks, {}),
          listener(
              database, [this](std::int16_t lane, ServiceId service) { queue.hint(lane, service); },
              [this] { return queue.refresh_services(deadline_in(kConnectTimeout)); })
    {
        if (settings.objects.store != "filesystem" || !settings.objects.folder.empty())
            jobs = std::make_unique<JobPart>(executor, settings, with.clock, with.keys,
                                             [this](Lane lane, ServiceId service)
                                             { queue.hint(static_cast<std::int16_t>(lane), service); });
        recorder.on_callbacks_owed([this] { callback_worker.wake(); });
    }

    QueueOptions named_by_presence(QueueOptions options)
    {
        options.name_claim = [this]
        {
            return presence.name_claim();
        };
        return options;
    }

    asio::any_io_executor executor;
    pg::Database database;
    ServiceDirectory directory;
    PostgresDeliveryStore delivery_store;
    DeliveryRecorder recorder;
    Providers providers;
    WakeUp wake_up;
    PostgresQueueStore queue_store;
    HolderPresence presence;
    DeliveryQueue queue;
    CpuPool render_pool;
    DeliverNotifications deliver;
    DeliveryWorker delivery;
    LookUpReceipts look_up;
    ProviderStore provider_records;
    TendProviders tend;
    RecoveryWorker recovery;
    HttpClient http;
    DeliverCallbacks callbacks;
    CallbackWorker callback_worker;
    WakeListener listener;
    std::unique_ptr<JobPart> jobs;  // nullptr: there is no place for files
};

WorkerRole::WorkerRole(const Settings& settings, Collaborators with)
    : Role("worker"), parts_(std::make_unique<Parts>(settings, with, loop(), scope()))
{
}

WorkerRole::~WorkerRole()
{
    halt();
}

void WorkerRole::hint(Lane lane, ServiceId service)
{
    parts_->queue.hint(static_cast<std::int16_t>(lane), service);
}

Task<> WorkerRole::open()
{
    co_await parts_->database.connect(deadline_in(kConnectTimeout));
    co_await parts_->tend.open(deadline_in(kConnectTimeout));
    co_await parts_->presence.hold(deadline_in(kConnectTimeout));
    if (parts_->jobs) co_await parts_->jobs->open();
    co_await parts_->queue.refresh_services(deadline_in(kConnectTimeout));
}

Task<> WorkerRole::run(StopToken stop)
{
    StopSource parts_stop(parts_->executor);
    TaskScope all(parts_->executor);
    // Longer than what it speaks for.
    StopSource presence_stop(parts_->executor);
    TaskScope presence(parts_->executor);
    presence.spawn("holder_presence", parts_->presence.run(presence_stop.token()));
    all.spawn("delivery_worker", parts_->delivery.run(parts_stop.token()));
    all.spawn("recovery_worker", parts_->recovery.run(parts_stop.token()));
    all.spawn("callback_worker", parts_->callback_worker.run(parts_stop.token()));
    all.spawn("wake_listener", parts_->listener.run(parts_stop.token()));
    if (parts_->jobs) all.spawn("job_worker", parts_->jobs->run(parts_stop.token()));
    all.close();
    // A part that ends by itself leaves a worker that only looks healthy: better none, and the process started anew.
    const std::size_t parts = all.running();
    while (!stop.requested() && all.running() == parts) co_await stop.wait_for(kLookAtParts);
    const bool asked = stop.requested();
    parts_stop.request_stop();
    while (!co_await all.join(deadline_in(kLookAtParts)))
    {
        // Each ends by itself: its awaits have deadlines.
    }
    presence_stop.request_stop();
    while (!co_await presence.join(deadline_in(kLookAtParts)))
    {
        // Likewise.
    }
    if (!asked) throw std::runtime_error("a part of the worker has ended by itself");
}

}  // namespace herald
