// How an email looks that a worker delivers, and where it is rendered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "storage/branding_store.hpp"
#include "tests/support/delivery_world.hpp"

namespace herald
{
namespace
{

using testing::DeliveryWorld;
using ::testing::HasSubstr;
using testing::in_delivery_world;
using ::testing::Not;
using testing::soon;
using testing::WorldMessage;
using testing::WorldOptions;

Task<> hold(CpuPool& pool, std::future<void> until)
{
    const auto wait = [&]
    {
        until.get();
    };
    co_await pool.run(wait);
}

Task<> wait_for(const Mailbox& mailbox, NotificationId id)
{
    for (testing::Looks looks; !mailbox.find(id);) co_await looks.again();
}

WorldMessage large_message(const testing::WorldService& service)
{
    std::string name;
    while (name.size() < 200'000) name += "Ada **Lovelace** of https://town.example\n\n";
    WorldMessage message(service);
    message.personalisation = to_wire(json::object{{"name", name}});
    return message;
}

std::string html_of_a_large_email(CpuPool* pool)
{
    std::string html;
    WorldOptions options;
    options.large_emails = pool;
    in_delivery_world(
        [&html](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto id = co_await world.accept(large_message(service), world.writer);
            co_await world.deliver();
            html = world.mailbox->find(id)->html;
        },
        options);
    return html;
}

TEST(DeliveredEmail, ALargeEmailIsTheSameWhereverItIsRendered)
{
    CpuPool pool(1, 10);
    const auto html = html_of_a_large_email(&pool);
    EXPECT_GT(html.size(), 200'000U);
    EXPECT_EQ(html, html_of_a_large_email(nullptr));
}

TEST(DeliveredEmail, ALargeEmailIsRenderedBesideTheLoopWhichGoesOn)
{
    CpuPool pool(1, 10);
    WorldOptions options;
    options.large_emails = &pool;
    in_delivery_world(
        [&pool](DeliveryWorld& world) -> Task<>
        {
            const auto executor = co_await asio::this_coro::executor;
            const auto service = co_await world.add_service();
            const auto large = co_await world.accept(large_message(service), world.writer);
            const auto small = co_await world.accept(service);

            std::promise<void> gate;
            StopSource stop(executor);
            TaskScope running(executor);
            running.spawn("holds the pool", hold(pool, gate.get_future()));
            running.spawn("worker", world.worker.run(stop.token()));
            co_await wait_for(*world.mailbox, small);
            EXPECT_FALSE(world.mailbox->find(large));
            gate.set_value();
            co_await wait_for(*world.mailbox, large);
            stop.request_stop();
            EXPECT_TRUE(co_await running.join(soon()));
        },
        options);
}

TEST(DeliveredEmail, AnEmailWaitsWhenThePoolIsFull)
{
    CpuPool stopped(1, 1);
    stopped.stop();
    WorldOptions options;
    options.large_emails = &stopped;
    options.deliver.render_in_place = 0;
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto email = co_await world.accept(service);
            co_await world.deliver();
            EXPECT_EQ(co_await world.status(email), NotificationStatus::created);
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM queue_retries"), 1);
        },
        options);
}

TEST(DeliveredEmail, PutsTheBrandingOfItsServiceAboveAnEmail)
{
    in_delivery_world(
        [](DeliveryWorld& world) -> Task<>
        {
            const auto service = co_await world.add_service();
            const auto plain = co_await world.accept(co_await world.add_service());
            EmailBranding branding;
            branding.id = EmailBrandingId{make_uuid_v4()};
            branding.name = "Parks";
            branding.text = "Parks & Gardens";
            BrandingStore brandings(world.database);
            co_await brandings.put(branding, world.clock.now(), soon());
            co_await brandings.set_for_service(service.id, branding.id, world.clock.now(), soon());
            const auto branded = co_await world.accept(service);
            co_await world.deliver();
            EXPECT_THAT(world.mailbox->find(branded)->html, HasSubstr("Parks &amp; Gardens"));
            EXPECT_THAT(world.mailbox->find(plain)->html, Not(HasSubstr("Gardens")));
        });
}

}  // namespace
}  // namespace herald
