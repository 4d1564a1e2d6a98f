// An endpoint that fails for long is paused and probed, and comes back slowly; nothing is lost.
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/manage_callbacks.hpp"
#include "tests/support/callback_world.hpp"
#include "tests/support/http_imposter.hpp"

namespace herald
{
namespace
{

using test::HttpImposter;
using testing::Callbacks;
using testing::DeliveryWorld;
using testing::in_delivery_world;
using testing::pass_time;
using testing::set_callback;
using testing::soon;
using testing::WorldService;

CallbackOptions quick_to_pause()
{
    auto options = Callbacks::options(true);
    options.tries = 2;
    options.retry_pause = seconds(10);
    options.failures_to_pause = 4;
    options.pause_after = seconds(60);
    options.first_probe = seconds(30);
    options.longest_probe = seconds(120);
    return options;
}

// A service with an endpoint that is paused, and six callbacks that wait for it.
struct Paused
{
    Paused(DeliveryWorld& in, asio::any_io_executor executor) : world(in), callbacks(in, executor, quick_to_pause(), {})
    {
    }

    Task<> open()
    {
        service = co_await world.add_service();
        co_await set_callback(world, service, imposter.url());
        for (int i = 0; i < 6; ++i) co_await world.accept(service);
        co_await world.deliver();
        EXPECT_EQ(co_await claimed(), 6U);  // each fails once
        co_await pass_time(world, seconds(61));
        EXPECT_EQ(co_await claimed(), 1U);  // one at a time by now, and that is one too many
        EXPECT_EQ(co_await world.number("SELECT count(*) FROM service_callbacks WHERE paused_since IS NOT NULL"), 1);
    }
    Task<std::size_t> claimed()
    {
        const auto counts = co_await callbacks.worker.run_once();
        co_return counts.claimed;
    }
    Task<std::size_t> claimed_after(seconds duration)
    {
        co_await pass_time(world, duration);
        co_return co_await claimed();
    }

    DeliveryWorld& world;
    std::atomic<int> status = 503;
    HttpImposter imposter{[this](HttpImposter::Connection& connection)
                          {
                              connection.answer(status, "");
                          }};
    Callbacks callbacks;
    WorldService service;
};

void in_paused_world(const std::function<Task<>(Paused&)>& body)
{
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Paused paused(world, co_await asio::this_coro::executor);
            co_await paused.open();
            co_await body(paused);
        });
}

TEST(CallbackPause, ProbesEverMoreRarelyAndUsesNoAttemptUp)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            EXPECT_EQ(co_await paused.claimed_after(seconds(29)), 0U);
            EXPECT_EQ(co_await paused.claimed_after(seconds(1)), 1U);
            EXPECT_EQ(co_await paused.claimed_after(seconds(59)), 0U);
            EXPECT_EQ(co_await paused.claimed_after(seconds(1)), 1U);
            for (int i = 0; i < 3; ++i)
            {
                EXPECT_EQ(co_await paused.claimed_after(seconds(119)), 0U);
                EXPECT_EQ(co_await paused.claimed_after(seconds(1)), 1U);
            }
            auto& world = paused.world;
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks WHERE attempt = 2"), 6);
            // The try that was one too many was the last of its message; it and the probes did not count.
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_attempts WHERE outcome = 4"), 6);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_attempts WHERE outcome = 3"), 0);
        });
}

TEST(CallbackPause, EndsWithOneSuccessAndDrainsSlowlyAtFirst)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            paused.status = 200;
            EXPECT_EQ(co_await paused.claimed_after(seconds(30)), 1U);
            auto& world = paused.world;
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM service_callbacks WHERE paused_since IS NULL "
                                            "AND failures = 0 AND failing_since IS NULL AND resumed_at IS NOT NULL"),
                      1);
            EXPECT_EQ(co_await paused.claimed(), 1U);
            EXPECT_EQ(co_await paused.claimed_after(seconds(15)), 2U);
            EXPECT_EQ(co_await paused.claimed_after(seconds(15)), 2U);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
            EXPECT_EQ(co_await world.number("SELECT count(DISTINCT subject_id) FROM callback_attempts "
                                            "WHERE outcome = 1"),
                      6);
        });
}

// A probe may meet a message that the endpoint will never take, or a gateway's 404.
TEST(CallbackPause, AProbeThatIsRefusedGivesNothingUpAndTakesAnotherMessageNextTime)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            paused.status = 404;
            EXPECT_EQ(co_await paused.claimed_after(seconds(30)), 1U);
            EXPECT_EQ(co_await paused.claimed_after(seconds(60)), 1U);
            EXPECT_EQ(co_await paused.world.number("SELECT count(*) FROM callback_tasks"), 6);
            EXPECT_EQ(co_await paused.world.number("SELECT count(DISTINCT subject_id) FROM callback_attempts WHERE "
                                                   "status = 404"),
                      2);
        });
}

TEST(CallbackPause, OneClaimAloneGetsTheProbeAndAnotherWhenThatOneDied)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            co_await pass_time(paused.world, seconds(30));
            auto& operation = paused.callbacks.operation;
            const auto first = co_await operation.claim({}, soon());
            EXPECT_EQ(first.size(), 1U);
            EXPECT_TRUE(first.at(0).is_probe);
            const auto second = co_await operation.claim({}, soon());
            EXPECT_EQ(second.size(), 0U);
            const auto lease = std::chrono::ceil<seconds>(quick_to_pause().lease());
            co_await pass_time(paused.world, lease);
            const auto third = co_await operation.claim({}, soon());
            EXPECT_EQ(third.size(), 1U);
        });
}

// Where there is room for one call, and others have a backlog.
TEST(CallbackPause, TheProbeComesFirstWhenOthersHaveMoreThanThereIsRoomFor)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            auto& world = paused.world;
            for (int i = 0; i < 5; ++i)
            {
                const auto other = co_await world.add_service();
                co_await set_callback(world, other, "https://town.example/");
                co_await testing::owe_phantoms(world, other, "delivery_status", 20);
            }
            CallbackShare one;
            one.most = 1;
            auto& operation = paused.callbacks.operation;
            const auto before = co_await operation.claim(one, soon());
            EXPECT_FALSE(before.at(0).is_probe);
            co_await pass_time(world, seconds(30));
            const auto probe = co_await operation.claim(one, soon());
            EXPECT_TRUE(probe.at(0).is_probe);
            EXPECT_EQ(probe.at(0).service_id, paused.service.id);
            const auto after = co_await operation.claim(one, soon());
            EXPECT_FALSE(after.at(0).is_probe);
        });
}

// A call of before the pause is under way still: its endpoint gets none beside it, and is not put off by that either.
TEST(CallbackPause, AProbeThatWasNotTakenStaysDue)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            co_await pass_time(paused.world, seconds(30));
            CallbackShare busy;
            busy.under_way[CallbackEndpoint{paused.service.id, CallbackType::delivery_status}] = 1;
            auto& operation = paused.callbacks.operation;
            for (int i = 0; i < 3; ++i)
            {
                const auto none = co_await operation.claim(busy, soon());
                EXPECT_EQ(none.size(), 0U);
            }
            const auto probe = co_await operation.claim({}, soon());
            EXPECT_EQ(probe.size(), 1U);
        });
}

// Ten failures in a row take a service with few messages longer than the tries of each of them.
TEST(CallbackPause, AQuietServiceLosesNothingWhileItsEndpointFailsForLong)
{
    HttpImposter imposter([answers = std::make_shared<std::atomic<int>>(0)](HttpImposter::Connection& connection)
                          { connection.answer(++*answers > 5 ? 200 : 503, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor);  // five tries, ten failures
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            for (int i = 0; i < 5; ++i)
            {
                const auto counts = co_await callbacks.worker.run_once();
                EXPECT_EQ(counts.claimed, 1U) << i;
                if (i < 4) co_await pass_time(world, seconds(300));
            }
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM service_callbacks WHERE paused_since IS NOT NULL "
                                            "AND failures = 5"),
                      1);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks WHERE attempt = 5"), 1);
            co_await pass_time(world, seconds(30));
            co_await callbacks.worker.run_once();
            EXPECT_EQ((co_await world.events(email)).back(), EventKind::callback_delivered);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_attempts WHERE outcome = 3"), 0);
        });
}

// It may be the message, not the endpoint.
TEST(CallbackPause, TheLastTryIsGivenUpWhereTheEndpointHasNotFailedForLong)
{
    HttpImposter imposter([](HttpImposter::Connection& connection) { connection.answer(503, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            Callbacks callbacks(world, co_await asio::this_coro::executor, quick_to_pause(), {});
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            co_await callbacks.worker.run_once();
            co_await pass_time(world, seconds(10));
            co_await callbacks.worker.run_once();
            EXPECT_EQ((co_await world.events(email)).back(), EventKind::callback_gave_up);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM service_callbacks WHERE paused_since IS NULL"), 1);
        });
}

TEST(CallbackPause, EndsWhenAnOperatorSaysSo)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            auto& world = paused.world;
            const ManageContext context{world.database, world.keys, "US", world.clock.now(), soon()};
            auto other = co_await resume_callbacks(context, paused.service.id, "complaint");
            EXPECT_FALSE(other.has_value());
            const auto listed = co_await list_callback_endpoints(context, std::nullopt);
            EXPECT_EQ(listed->at(0).waiting, 6);
            EXPECT_TRUE(listed->at(0).paused_since && listed->at(0).probe_at);
            const auto resumed = co_await resume_callbacks(context, paused.service.id, "delivery_status");
            EXPECT_EQ(resumed->at(0).paused_since, std::nullopt);
            EXPECT_EQ(co_await paused.claimed(), 1U);
        });
}

TEST(CallbackPause, EndsWhenTheCallbackIsSetAnew)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            paused.status = 200;
            co_await set_callback(paused.world, paused.service, paused.imposter.url("/new"));
            EXPECT_EQ(co_await paused.claimed(), 1U);
            EXPECT_EQ(paused.imposter.requests().back().line(), "POST /new HTTP/1.1");
        });
}

// Another type of the same service, and another service, go on.
TEST(CallbackPause, IsOfOneEndpointAlone)
{
    in_paused_world(
        [](Paused& paused) -> Task<>
        {
            auto& world = paused.world;
            HttpImposter well([](HttpImposter::Connection& connection) { connection.answer(200, ""); });
            const auto other = co_await world.add_service();
            co_await set_callback(world, other, well.url());
            for (int i = 0; i < 3; ++i) co_await world.accept(other);
            co_await world.deliver();
            co_await set_callback(world, paused.service, well.url(), "complaint");
            co_await testing::owe_phantoms(world, paused.service, "complaint", 2);
            EXPECT_EQ(co_await paused.claimed(), 5U);
            EXPECT_EQ(well.requests().size(), 3U);
        });
}

TEST(CallbackPause, OneSuccessAmongFailuresStartsTheCountAnew)
{
    HttpImposter imposter([asked = std::make_shared<std::atomic<int>>(0)](HttpImposter::Connection& connection)
                          { connection.answer(++*asked % 3 == 0 ? 200 : 503, ""); });
    in_delivery_world(
        [&](DeliveryWorld& world) -> Task<>
        {
            auto options = quick_to_pause();
            options.tries = 100;
            CallbackWorker::Options one_at_a_time;
            one_at_a_time.per_endpoint = 1;
            Callbacks callbacks(world, co_await asio::this_coro::executor, options, one_at_a_time);
            const auto service = co_await world.add_service();
            co_await set_callback(world, service, imposter.url());
            for (int i = 0; i < 8; ++i) co_await world.accept(service);
            co_await world.deliver();
            for (int i = 0; i < 24; ++i)
            {
                const auto counts = co_await callbacks.worker.run_once();
                EXPECT_EQ(counts.claimed, 1U) << i;
                co_await pass_time(world, seconds(61));
            }
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM callback_tasks"), 0);
        });
}

}  // namespace
}  // namespace herald
