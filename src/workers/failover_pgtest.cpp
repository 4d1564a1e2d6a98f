// What happens when a provider takes nothing and another one of its channel does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::soon;

// Takes nothing, or is silent about what it took.
class Failing final : public Provider
{
public:
    explicit Failing(SendStatus answer) : answer_(answer) {}
    [[nodiscard]] std::string_view name() const override { return "failing"; }
    [[nodiscard]] bool supports(Channel) const override { return true; }
    Task<SendOutcome> send(const OutgoingMessage&, Deadline) override
    {
        ++sends;
        co_return SendOutcome(answer_, {}, "out of order");
    }
    Task<std::optional<Receipt>> look_up(NotificationId, std::string_view, Deadline) override
    {
        ++look_ups;
        co_return std::nullopt;
    }

    int sends = 0;
    int look_ups = 0;

private:
    SendStatus answer_;
};

// A worker whose text messages are shared by a failing provider and the world's own.
struct Shared
{
    Shared(DeliveryWorld& of, const asio::any_io_executor& executor, SendStatus answer)
        : world(of),
          failing(answer),
          pool({{&failing, Channel::sms}, {&world.sms, Channel::sms}}, &world.simulator, seeded()),
          tend(world.database, pool, world.clock),
          deliver(world.directory, world.recorder, pool, world.keys, world.clock, {}),
          worker(executor, world.queue, deliver, world.wake_up, world.clock, {}),
          recovery(executor, world.queue, world.recorder, world.look_up, tend, world.clock, {})
    {
    }
    static PoolOptions seeded()
    {
        PoolOptions options;
        options.seed = 7;
        return options;
    }
    Task<> turn()
    {
        co_await recovery.run_once();
        co_await worker.run_once();
        co_await world.settle();
    }

    DeliveryWorld& world;
    Failing failing;
    ProviderPool pool;
    TendProviders tend;
    DeliverNotifications deliver;
    DeliveryWorker worker;
    RecoveryWorker recovery;
};

TEST(Failover, AnotherProviderTakesTheMessagesAtOnceAndTheFailingOneIsLeftAlone)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            Shared shared(world, co_await asio::this_coro::executor, SendStatus::retryable);
            co_await shared.tend.open(soon());
            const auto service = co_await world.add_service();
            for (int i = 0; i < 200; ++i)
            {
                co_await world.accept(service, "+12025550123");
                co_await shared.turn();
            }
            co_await shared.turn();
            // Not a second of the world's clock has passed.
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE status = 5"), 200);
            EXPECT_EQ(shared.failing.sends, BreakerOptions().failures_to_open) << "then it was left alone";
            EXPECT_EQ(world.mailbox->taken_again(), 0U);
            EXPECT_EQ(
                co_await world.number(
                    "SELECT count(*) FROM provider_history WHERE name = 'failing' AND reason LIKE 'takes nothing%'"),
                1);
            EXPECT_EQ(co_await world.number(
                          "SELECT count(*) FROM notification_events WHERE kind = 2 AND provider = 'failing'"),
                      shared.failing.sends)
                << "each attempt says whom it was for";
            EXPECT_EQ(co_await world.ledger_differences(), 0);
        });
}

// Whoever may have the message is asked before somebody else gets it, and that is counted.
TEST(Failover, AnUncertainMessageIsAskedAboutWhereItWasOffered)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            Shared shared(world, co_await asio::this_coro::executor, SendStatus::uncertain);
            co_await shared.tend.open(soon());
            co_await world.database.run_script("UPDATE providers SET priority = 0 WHERE name = 'sms'", soon());
            co_await shared.tend.run(soon());
            const auto service = co_await world.add_service();
            const auto id = co_await world.accept(service, "+12025550123");
            co_await shared.turn();
            co_await world.database.run_script("UPDATE providers SET active = false WHERE name = 'failing'", soon());
            co_await shared.turn();
            EXPECT_EQ(co_await world.status(id), NotificationStatus::created) << "time for a receipt";
            world.clock.advance(DeliverOptions().retry_pause);
            co_await shared.turn();
            EXPECT_EQ(shared.failing.sends, 1);
            EXPECT_EQ(shared.failing.look_ups, 1) << "by name, although it gets no messages any more";
            EXPECT_EQ(co_await world.status(id), NotificationStatus::delivered);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM notifications WHERE sent_by = 'sms'"), 1);
        });
}

}  // namespace
}  // namespace herald
