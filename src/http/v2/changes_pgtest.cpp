// GET /v2/notifications/changes over HTTP.
#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/api_server.hpp"

namespace herald::http::v2
{
namespace
{

using namespace herald::testing;
using ::testing::ElementsAre;

constexpr std::string_view kChanges = "/v2/notifications/changes";

class Changes : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        ApiServer::Options options;
        options.changes = {.most_waiting_of_one = 2};
        server_ = std::make_unique<ApiServer>(std::move(options));
    }
    static void TearDownTestSuite() { server_.reset(); }

    std::string post(ApiClient& client, const std::string& reference = "")
    {
        json::object body{{"phone_number", "+12025550123"}, {"template_id", template_.to_string()}};
        if (!reference.empty()) body["reference"] = reference;
        return client.post("/v2/notifications/sms", body).text("/id");
    }
    static void deliver(const std::string& id)
    {
        server_->run_sql(
            fmt::format("INSERT INTO notification_events (at, service_id, notification_id, kind, status) "
                        "SELECT now(), service_id, id, 6, 5 FROM notifications WHERE id = '{}'; "
                        "INSERT INTO notification_events (at, service_id, notification_id, kind) "
                        "SELECT now(), service_id, id, 8 FROM notifications WHERE id = '{}'",
                        id, id));
    }
    static std::string after(std::string_view cursor, std::string_view more = "")
    {
        return fmt::format("{}?after={}{}", kChanges, cursor, more);
    }
    // From the beginning, as soon as it is there.
    static ApiAnswer first(ApiClient& client, std::string_view more = "")
    {
        return client.get(fmt::format("{}?wait=5{}", kChanges, more));
    }
    static std::vector<std::string> statuses(const ApiAnswer& answer)
    {
        std::vector<std::string> found;
        for (const auto& change : answer.at("/changes").as_array()) found.emplace_back(change.at("status").as_string());
        return found;
    }
    static void until_waiting(std::size_t count)
    {
        server_->run(
            [count](pg::Database&) -> Task<>
            {
                for (Looks looks; server_->waiting() != count;) co_await looks.again();
            });
    }

    static std::unique_ptr<ApiServer> server_;
    TestService service_ = server_->add_service();
    TemplateId template_ = server_->add_template(service_.id, Channel::sms, "Hi");
};
std::unique_ptr<ApiServer> Changes::server_;

TEST_F(Changes, TellWhatBecameOfEachMessage)
{
    ApiClient client(*server_, service_);
    const auto id = post(client, "order 7");
    const auto created = first(client);
    ASSERT_EQ(created.status, 200) << created.raw.body;
    ASSERT_THAT(statuses(created), ElementsAre("created"));
    EXPECT_EQ(created.text("/changes/0/id"), id);
    EXPECT_EQ(created.text("/changes/0/reference"), "order 7");
    EXPECT_EQ(created.text("/changes/0/type"), "sms");
    EXPECT_EQ(created.text("/changes/0/template/id"), template_.to_string());
    EXPECT_EQ(created.at("/has_more"), json::value(false));
    EXPECT_EQ(created.at("/changes/0").as_object().size(), 6U);

    deliver(id);
    const auto delivered = client.get(after(created.text("/next"), "&wait=5"));
    EXPECT_THAT(statuses(delivered), ElementsAre("delivered"));
    EXPECT_THAT(statuses(client.get(after(delivered.text("/next")))), ElementsAre());
    EXPECT_THAT(statuses(client.get(kChanges)), ElementsAre("created", "delivered"));
}

TEST_F(Changes, AreSeenByKeysOfTheirOwnKind)
{
    ApiClient normal(*server_, service_);
    ApiClient test(*server_, service_, service_.test);
    for (int i = 0; i < 3; ++i) post(normal);
    const auto id = post(test);
    for (int i = 0; i < 3; ++i) post(normal);
    const auto seen = first(test, "&limit=1");
    ASSERT_THAT(statuses(seen), ElementsAre("created"));
    EXPECT_EQ(seen.text("/changes/0/id"), id);
    const auto rest = test.get(after(seen.text("/next")));
    EXPECT_THAT(statuses(rest), ElementsAre());
    EXPECT_EQ(rest.at("/has_more"), json::value(false));
    EXPECT_EQ(first(normal).at("/changes").as_array().size(), 6U);
}

TEST_F(Changes, OfJobsAreShownWhenTheyAreAskedFor)
{
    ApiClient client(*server_, service_);
    const auto id = post(client);
    server_->run_sql(fmt::format("UPDATE notifications SET job_id = gen_random_uuid() WHERE id = '{}'", id));
    EXPECT_THAT(statuses(first(client, "&include_jobs=true")), ElementsAre("created"));
    EXPECT_THAT(statuses(client.get(kChanges)), ElementsAre());
}

TEST_F(Changes, OfOtherServicesAreNotThere)
{
    const auto other = server_->add_service();
    ApiClient client(*server_, service_);
    post(client);
    const auto own = first(client);
    ASSERT_THAT(statuses(own), ElementsAre("created"));
    ApiClient stranger(*server_, other);
    EXPECT_THAT(statuses(stranger.get(kChanges)), ElementsAre());
    EXPECT_EQ(error_text(stranger.get(after(own.text("/next")))),
              "400 ValidationError: after is neither a cursor of this service nor latest");
}

TEST_F(Changes, ComeInPages)
{
    ApiClient client(*server_, service_);
    std::vector<std::string> sent;
    for (int i = 0; i < 5; ++i) sent.push_back(post(client));
    std::vector<std::string> seen;
    auto page = first(client, "&limit=2");
    for (;;)
    {
        for (const auto& change : page.at("/changes").as_array()) seen.emplace_back(change.at("id").as_string());
        if (!page.at("/has_more").as_bool()) break;
        EXPECT_EQ(page.at("/changes").as_array().size(), 2U);
        page = client.get(after(page.text("/next"), "&limit=2"));
    }
    EXPECT_EQ(seen, sent);
}

TEST_F(Changes, AreWaitedForWithoutAConnectionOfTheDatabase)
{
    ApiClient sender(*server_, service_);
    ApiClient waiter(*server_, service_);
    const auto now = waiter.get(after("latest"));
    auto answer =
        std::async(std::launch::async, [&] { return waiter.get(after(now.text("/next"), "&wait=20&limit=1")); });
    until_waiting(1);
    EXPECT_EQ(server_->number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE "
                              "'idle in%'"),
              0);
    const auto id = post(sender);
    const auto told = answer.get();
    ASSERT_THAT(statuses(told), ElementsAre("created"));
    EXPECT_EQ(told.text("/changes/0/id"), id);
}

TEST_F(Changes, OfAnotherProcessEndAWaitWithinAPoll)
{
    ApiClient client(*server_, service_);
    const auto id = post(client);
    const auto begun = first(client);
    auto answer = std::async(std::launch::async, [&] { return client.get(after(begun.text("/next"), "&wait=20")); });
    until_waiting(1);
    deliver(id);
    EXPECT_THAT(statuses(answer.get()), ElementsAre("delivered"));
}

TEST_F(Changes, AreWaitedForAsLongAsWasAskedAndThenThereAreNone)
{
    ApiClient client(*server_, service_);
    const auto answer = client.get(after("latest", "&wait=1"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(statuses(answer), ElementsAre());
    EXPECT_EQ(client.get(after(answer.text("/next"))).status, 200);
    EXPECT_EQ(server_->waiting(), 0U);
}

TEST_F(Changes, AreWaitedForByAFewRequestsOfAService)
{
    std::vector<std::unique_ptr<ApiClient>> clients;
    std::vector<std::future<ApiAnswer>> answers;
    for (std::size_t i = 0; i < 2; ++i)
    {
        auto& client = *clients.emplace_back(std::make_unique<ApiClient>(*server_, service_));
        answers.push_back(
            std::async(std::launch::async, [&client] { return client.get(after("latest", "&wait=20")); }));
    }
    until_waiting(2);
    ApiClient one_more(*server_, service_);
    EXPECT_EQ(error_text(one_more.get(after("latest", "&wait=1"))),
              "429 RateLimitError: Exceeded the number of requests that may wait for a change at the same time, 2");
    EXPECT_EQ(one_more.get(after("latest")).status, 200) << "who does not wait is answered";
    post(one_more);
    for (auto& answer : answers) EXPECT_THAT(statuses(answer.get()), ElementsAre("created"));
}

TEST_F(Changes, AreAskedForWithWhatIsAllowed)
{
    ApiClient client(*server_, service_);
    const auto asked = [&](std::string_view query)
    {
        return error_text(client.get(fmt::format("{}?{}", kChanges, query)));
    };
    EXPECT_EQ(asked("limit=0"), "400 ValidationError: limit 0 is not a number between 1 and 1000");
    EXPECT_EQ(asked("limit=1001"), "400 ValidationError: limit 1001 is not a number between 1 and 1000");
    EXPECT_EQ(asked("wait=26"), "400 ValidationError: wait 26 is not a number between 0 and 25");
    EXPECT_EQ(asked("wait=-1"), "400 ValidationError: wait -1 is not a number between 0 and 25");
    EXPECT_EQ(asked("wait=1x"), "400 ValidationError: wait 1x is not a number between 0 and 25");
    EXPECT_EQ(asked("after="), "400 ValidationError: after is neither a cursor of this service nor latest");
    EXPECT_EQ(asked("after=abc"), "400 ValidationError: after is neither a cursor of this service nor latest");
    EXPECT_EQ(asked("include_jobs=1"), "400 ValidationError: include_jobs 1 is not one of [true, True]");
    EXPECT_EQ(client.get(fmt::format("{}?since=1", kChanges)).status, 400);
}

TEST(ChangesAtTheEnd, WaitsAreAnsweredWhenTheProcessIsToStop)
{
    ApiServer server;
    const auto service = server.add_service();
    ApiClient client(server, service);
    auto answer =
        std::async(std::launch::async, [&] { return client.get("/v2/notifications/changes?after=latest&wait=25"); });
    server.run(
        [&](pg::Database&) -> Task<>
        {
            for (Looks looks; server.waiting() != 1;) co_await looks.again();
        });
    server.stop_waiting();
    const auto told = answer.get();
    EXPECT_EQ(told.status, 200);
    EXPECT_TRUE(told.at("/changes").as_array().empty());
    EXPECT_EQ(client.get("/v2/notifications/changes?after=latest&wait=25").status, 200) << "nobody waits any more";
}

}  // namespace
}  // namespace herald::http::v2
