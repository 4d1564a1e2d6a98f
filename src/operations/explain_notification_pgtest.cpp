#include "operations/explain_notification.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using testing::Desk;
using ::testing::HasSubstr;
using testing::manage;
using testing::with_database;

TEST(ExplainNotification, TellsWhereAMessageIs)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            Desk desk(database, co_await asio::this_coro::executor);
            const auto other = co_await desk.add_service(Desk::live_service());
            const auto service = co_await desk.add_service(Desk::live_service());
            const auto sent = co_await desk.send(service, service.normal, desk.text_to(service, "+12028675309"));
            const auto id = NotificationId::parse(sent.value_or("")).value_or(NotificationId{});

            const auto story = co_await explain_notification(manage(database), id);
            EXPECT_TRUE(story.has_value());
            if (story)
            {
                EXPECT_EQ(story->facts.service_id, service.service.id);
                EXPECT_EQ(story->facts.template_name, "A template");
                EXPECT_EQ(story->facts.status, NotificationStatus::created);
                EXPECT_THAT(whereabouts(story->facts), HasSubstr("waits in the normal lane for attempt 1"));
                EXPECT_EQ(story->events.size(), 1U);
                EXPECT_EQ(story->events.at(0).kind, EventKind::accepted);
            }
            const NotificationId nobody{make_uuid_v7(testing::kTestNow)};
            const auto unknown = co_await explain_notification(manage(database), nobody);
            EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
            co_await desk.close();
        });
}

TEST(ExplainNotification, SaysSoWhenAMessageIsLost)
{
    NotificationFacts facts;
    facts.status = NotificationStatus::sending;
    EXPECT_THAT(whereabouts(facts), HasSubstr("please report this"));
    facts.status = NotificationStatus::delivered;
    EXPECT_THAT(whereabouts(facts), HasSubstr("nothing more"));
}

}  // namespace
}  // namespace herald
