// A process that only accepts wakes the workers of another one.
#include "queue/wake_channel.hpp"

#include <gtest/gtest.h>

#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::soon;
using testing::WorldMessage;
using testing::WorldOptions;

// Another process: a database of its own, and a writer that tells by NOTIFY instead of hinting.
struct OtherProcess
{
    OtherProcess(const std::string& conninfo, asio::any_io_executor executor)
        : database(executor, {.conninfo = conninfo, .connections = 2}), scope(executor), sender(database, scope)
    {
    }
    pg::Database database;
    TaskScope scope;
    WakeSender sender;
};

Task<> deliver_for_another(pg::Database& database, const std::string& conninfo)
{
    const auto executor = co_await asio::this_coro::executor;
    WorldOptions options;
    options.worker.poll = std::chrono::minutes(10);  // nothing but a hint wakes it
    DeliveryWorld world(database, executor, options);
    co_await world.open();
    OtherProcess other(conninfo, executor);
    int looked_everywhere = 0;
    WakeListener listener(
        database, [&](std::int16_t lane, ServiceId service) { world.queue.hint(lane, service); },
        [&]() -> Task<>
        {
            ++looked_everywhere;
            co_return;
        });
    StopSource stop(executor);
    TaskScope running(executor);
    running.spawn("worker", world.worker.run(stop.token()));
    running.spawn("listener", listener.run(stop.token()));
    const testing::Looks first_looks;
    while (looked_everywhere == 0) co_await first_looks.again();  // it listens

    NotificationWriter writer(other.database, other.scope, executor, {}, [&](Lane lane, ServiceId service)
                              { other.sender.notify(static_cast<std::int16_t>(lane), service); });
    const auto service = co_await world.add_service();
    std::vector<NotificationId> ids;
    for (int i = 0; i < 20; ++i)
    {
        WorldMessage message(service);
        ids.push_back(co_await world.accept(std::move(message), writer));
    }
    for (testing::Looks looks; world.mailbox->size() < ids.size();) co_await looks.again();

    stop.request_stop();
    EXPECT_TRUE(co_await running.join(soon()));
    EXPECT_TRUE(co_await other.scope.join(soon()));
    co_await world.settle();
}

TEST(WakeChannel, WakesTheWorkerOfAnotherProcess)
{
    const testing::TestDatabase database;
    testing::with_database_at(database.conninfo(), [&](pg::Database& connected)
                              { return deliver_for_another(connected, database.conninfo()); });
}

}  // namespace
}  // namespace herald
