// Calling services back, in a DeliveryWorld: allowed to reach the loopback, where imposters are. Its time is the
// database's; pass_time() moves what is stored to the past instead.
#pragma once

#include <string>
#include <utility>

#include "tests/support/delivery_world.hpp"
#include "workers/callback_worker.hpp"

namespace herald::testing
{

struct Callbacks
{
    static CallbackOptions options(bool allow_private)
    {
        CallbackOptions made;
        made.timeout = milliseconds(300);
        made.allowed = {true, allow_private};
        return made;
    }
    Callbacks(DeliveryWorld& world, asio::any_io_executor executor, bool allow_private = true,
              CallbackWorker::Options worker_options = {})
        : Callbacks(world, executor, options(allow_private), worker_options)
    {
    }
    Callbacks(DeliveryWorld& world, asio::any_io_executor executor, CallbackOptions with,
              CallbackWorker::Options worker_options)
        : http(executor),
          operation(world.database, http, world.keys, world.clock, world.scope, executor, with),
          worker(executor, operation, worker_options)
    {
        world.recorder.on_callbacks_owed([this] { worker.wake(); });
    }

    HttpClient http;
    DeliverCallbacks operation;
    CallbackWorker worker;
};

// Gives the signing secret.
inline Task<std::string> set_callback(DeliveryWorld& world, const WorldService& service, std::string url,
                                      std::string type = "delivery_status")
{
    ServiceStore store(world.database, world.keys);
    co_return co_await store.put_callback(service.id, std::move(type), std::move(url), "token-of-the-service",
                                          world.clock.now(), soon());
}

inline Task<> pass_time(DeliveryWorld& world, seconds duration)
{
    const std::string by = " - interval '" + std::to_string(duration.count()) + " seconds'";
    co_await world.database.run_script("UPDATE callback_tasks SET run_at = run_at" + by +
                                           "; UPDATE service_callbacks SET failing_since = failing_since" + by +
                                           ", paused_since = paused_since" + by + ", probe_at = probe_at" + by +
                                           ", resumed_at = resumed_at" + by,
                                       soon());
    world.clock.advance(duration);
}

// Callbacks of one type owed to a service; their subjects do not exist.
inline Task<> owe_phantoms(DeliveryWorld& world, const WorldService& service, const std::string& type, int count)
{
    co_await world.database.run_script(
        "INSERT INTO callback_tasks (service_id, callback_type, subject_id, run_at) SELECT '" + service.id.to_string() +
            "', '" + type + "', gen_random_uuid(), now() - interval '1 hour' " + "FROM generate_series(1, " +
            std::to_string(count) + "); ANALYZE callback_tasks",
        soon());
}

}  // namespace herald::testing
