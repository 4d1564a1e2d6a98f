// `scheduled_for` of single messages, and how they are taken back.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/api_server.hpp"

namespace herald::http::v2
{
namespace
{

using namespace herald::testing;

constexpr std::string_view kSms = "/v2/notifications/sms";
constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";
constexpr std::uint32_t kMayScheduleToo =
    kMailAndText | static_cast<std::uint32_t>(ServicePermission::schedule_notifications);

class Scheduled : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        service_ = server_->add_service({.permissions = kMayScheduleToo});
        sms_ = server_->add_template(service_.id, Channel::sms, "Hello");
    }
    static void TearDownTestSuite() { server_.reset(); }

    static std::string in(std::chrono::minutes from_now) { return format_v2(SystemClock().now() + from_now); }
    static json::object body(const std::string& when)
    {
        return {{"phone_number", "+12025550123"}, {"template_id", sms_.to_string()}, {"scheduled_for", when}};
    }
    static ApiAnswer post(const json::value& what)
    {
        ApiClient client(*server_, service_);
        return client.post(kSms, what);
    }
    static ApiAnswer cancel(const std::string& id, const TestKey& key)
    {
        ApiClient client(*server_, service_, key);
        return client.post(fmt::format("/v2/notifications/{}/cancel", id), json::object());
    }
    static std::int64_t count(const std::string& from, const std::string& id)
    {
        return server_->number(fmt::format("SELECT count(*) FROM {} = '{}'", from, id));
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService service_;
    static TemplateId sms_;
};
std::unique_ptr<ApiServer> Scheduled::server_;
TestService Scheduled::service_;
TemplateId Scheduled::sms_;

TEST_F(Scheduled, AMessageWaitsForItsTimeAndSaysSo)
{
    const auto when = in(std::chrono::hours(20));
    const auto answer = post(body(when));
    ASSERT_EQ(answer.status, 201) << answer.raw.body;
    EXPECT_EQ(answer.text("/scheduled_for"), when);
    const auto id = answer.text("/id");
    EXPECT_EQ(count("queue_ready WHERE notification_id", id), 0);
    EXPECT_EQ(count(fmt::format("queue_retries WHERE run_at = '{}' AND attempt = 1 AND NOT uncertain AND "
                                "notification_id",
                                when),
                    id),
              1);
    ApiClient client(*server_, service_);
    const auto shown = client.get("/v2/notifications/" + id);
    EXPECT_EQ(shown.text("/scheduled_for"), when);
    EXPECT_EQ(shown.text("/status"), "created");
    EXPECT_EQ(client.get("/v2/notifications").text("/notifications/0/scheduled_for"), when);
}

TEST_F(Scheduled, ContentsAreKeptFromTheDayOnWhichItIsSent)
{
    const auto id = post(body(in(std::chrono::hours(24) - std::chrono::minutes(1)))).text("/id");
    EXPECT_EQ(count("notifications WHERE purge_on = local_date + 9 AND id", id), 1) << "7 days, and the next one";
}

TEST_F(Scheduled, TheTimeInAnotherZoneIsTheSameTime)
{
    const auto when = SystemClock().now() + std::chrono::hours(3);
    const auto there = format_v2(when - std::chrono::hours(5));
    const auto answer = post(body(there.substr(0, there.size() - 1) + "-05:00"));
    EXPECT_EQ(answer.text("/scheduled_for"), format_v2(std::chrono::floor<std::chrono::microseconds>(when)));
}

TEST_F(Scheduled, IsForServicesThatMay)
{
    const auto other = server_->add_service({.rate_limit = 0});
    ApiClient client(*server_, other);
    auto asked = body(in(std::chrono::hours(1)));
    // Before the rate, and before the template is looked for.
    EXPECT_EQ(error_text(client.post(kSms, asked)),
              "400 BadRequestError: Cannot schedule notifications (this feature is invite-only)");
    const auto mute = server_->add_service({.permissions = 0});
    ApiClient silent(*server_, mute);
    EXPECT_EQ(error_text(silent.post(kSms, asked)),
              "400 BadRequestError: Service is not allowed to send text messages");
    EXPECT_EQ(error_text(post(body(in(std::chrono::minutes(-5))))),
              "400 ValidationError: scheduled_for datetime can not be in the past");
    EXPECT_EQ(error_text(post(body(in(std::chrono::hours(25))))),
              "400 ValidationError: scheduled_for datetime can only be 24 hours in the future");
}

TEST_F(Scheduled, CanBeCancelled)
{
    const auto id = post(body(in(std::chrono::hours(2)))).text("/id");
    const auto answer = cancel(id, service_.normal);
    ASSERT_EQ(answer.status, 200) << answer.raw.body;
    EXPECT_EQ(answer.text("/id"), id);
    EXPECT_EQ(answer.text("/status"), "cancelled");
    EXPECT_EQ(count("queue_retries WHERE notification_id", id), 0);
    EXPECT_EQ(count("notifications WHERE status = 10 AND billable_units = 0 AND updated_at IS NOT NULL AND id", id), 1);
    EXPECT_EQ(count("notification_events WHERE kind = 13 AND status = 10 AND notification_id", id), 1);
    EXPECT_EQ(cancel(id, service_.normal).status, 200) << "again changes nothing";
    EXPECT_EQ(count("notification_events WHERE kind = 13 AND notification_id", id), 1);
}

TEST_F(Scheduled, CannotBeCancelledOnceAWorkerHasIt)
{
    const auto id = post(body(in(std::chrono::hours(2)))).text("/id");
    server_->run_sql(fmt::format(
        "WITH q AS (DELETE FROM queue_retries WHERE notification_id = '{}' RETURNING *) INSERT INTO queue_leases "
        "(service_id, notification_id, lane, channel, attempt, uncertain, fence, holder, lease_until) SELECT "
        "service_id, notification_id, lane, channel, attempt, false, 1, gen_random_uuid(), now() + interval '1 minute' "
        "FROM q",
        id));
    EXPECT_EQ(error_text(cancel(id, service_.normal)),
              "409 ConflictError: The message is being sent already and can no longer be cancelled");
    EXPECT_EQ(count("notifications WHERE status = 1 AND id", id), 1);
}

TEST_F(Scheduled, OnlyScheduledMessagesOfOnesOwnCanBeCancelled)
{
    auto now = body("");
    now.erase("scheduled_for");
    const auto sent = post(now).text("/id");
    EXPECT_EQ(error_text(cancel(sent, service_.normal)),
              "409 ConflictError: Only a message that is scheduled for later can be cancelled");
    EXPECT_EQ(count("queue_ready WHERE notification_id", sent), 1);
    const auto later = post(body(in(std::chrono::hours(2)))).text("/id");
    EXPECT_EQ(error_text(cancel(later, service_.test)), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(cancel(std::string(kUuid), service_.normal)), "404 NoResultFound: No result found");
    EXPECT_EQ(error_text(cancel("x", service_.normal)), "400 ValidationError: notification_id is not a valid UUID");
    const auto other = server_->add_service();
    ApiClient stranger(*server_, other);
    EXPECT_EQ(stranger.post(fmt::format("/v2/notifications/{}/cancel", later), json::object()).status, 404);
    EXPECT_EQ(count("queue_retries WHERE notification_id", later), 1);
}

}  // namespace
}  // namespace herald::http::v2
