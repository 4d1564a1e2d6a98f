// Limits and Idempotency-Key over HTTP.
#include <thread>

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

class Limits : public ::testing::Test
{
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<ApiServer>(); }
    static void TearDownTestSuite() { server_.reset(); }

    struct Sender
    {
        TestService service;
        json::object body;
    };
    static Sender make(ServiceSeed seed)
    {
        Sender sender{server_->add_service(std::move(seed)), {}};
        const auto id = server_->add_template(sender.service.id, Channel::sms, "Hi");
        sender.body = {{"phone_number", "+12025550123"}, {"template_id", id.to_string()}};
        return sender;
    }
    static std::int64_t stored(const TestService& service)
    {
        return server_->number(
            fmt::format("SELECT count(*) FROM notifications WHERE service_id = '{}'", service.id.to_string()));
    }

    static std::unique_ptr<ApiServer> server_;
};
std::unique_ptr<ApiServer> Limits::server_;

TEST_F(Limits, TheRateIsForEachTypeOfKey)
{
    const auto sender = make({.rate_limit = 3});
    ApiClient client(*server_, sender.service);
    for (int i = 0; i < 3; ++i) ASSERT_EQ(client.post(kSms, sender.body).status, 201);
    const auto refused = client.post(kSms, sender.body);
    EXPECT_EQ(error_text(refused),
              "429 RateLimitError: Exceeded rate limit for key type LIVE of 3 requests per 60 seconds");
    EXPECT_EQ(refused.raw.header("RateLimit-Limit"), "3");
    EXPECT_EQ(refused.raw.header("RateLimit-Remaining"), "0");
    EXPECT_GE(std::stoi(refused.raw.header("Retry-After").value_or("0")), 1);
    EXPECT_EQ(refused.raw.header("RateLimit-Reset"), refused.raw.header("Retry-After"));
    EXPECT_EQ(stored(sender.service), 3);

    ApiClient test_key(*server_, sender.service, sender.service.test);
    EXPECT_EQ(test_key.post(kSms, sender.body).status, 201);
    for (int i = 0; i < 2; ++i) test_key.post(kSms, sender.body);
    EXPECT_EQ(error_text(test_key.post(kSms, sender.body)),
              "429 RateLimitError: Exceeded rate limit for key type TEST of 3 requests per 60 seconds");
}

TEST_F(Limits, ReadingIsNotLimited)
{
    const auto sender = make({.rate_limit = 0});
    ApiClient client(*server_, sender.service);
    EXPECT_EQ(error_text(client.post(kSms, sender.body)).substr(0, 19), "429 RateLimitError:");
    EXPECT_EQ(client.get("/v2/notifications").status, 200);
}

TEST_F(Limits, TheDailyLimitIsExactForParallelCallers)
{
    constexpr int kLimit = 20;
    const auto sender = make({.message_limit = kLimit});
    std::atomic<int> accepted = 0;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 6; ++caller)
    {
        callers.emplace_back(
            [&]
            {
                ApiClient client(*server_, sender.service);
                for (int i = 0; i < 6; ++i)
                {
                    const auto answer = client.post(kSms, sender.body);
                    if (answer.status == 201) ++accepted;
                    if (error_text(answer) == "429 TooManyRequestsError: Exceeded send limits (20) for today")
                        ++refused;
                }
            });
    }
    callers.clear();
    EXPECT_EQ(accepted, kLimit);
    EXPECT_EQ(refused, 36 - kLimit);
    EXPECT_EQ(stored(sender.service), kLimit);
}

TEST_F(Limits, TheDailyLimitTellsWhenTheDayEndsAndSparesTestKeys)
{
    const auto sender = make({.message_limit = 0});
    ApiClient client(*server_, sender.service);
    const auto refused = client.post(kSms, sender.body);
    EXPECT_EQ(error_text(refused), "429 TooManyRequestsError: Exceeded send limits (0) for today");
    const int wait = std::stoi(refused.raw.header("Retry-After").value_or("0"));
    EXPECT_GE(wait, 1);
    EXPECT_LE(wait, 24 * 60 * 60);
    ApiClient test_key(*server_, sender.service, sender.service.test);
    EXPECT_EQ(test_key.post(kSms, sender.body).status, 201);
}

TEST_F(Limits, TheSameKeyAndBodyGiveTheFirstAnswer)
{
    const auto sender = make({});
    ApiClient client(*server_, sender.service);
    const ApiClient::Headers key{{"Idempotency-Key", "order-1"}};
    const auto first = client.post(kSms, sender.body, key);
    ASSERT_EQ(first.status, 201) << first.raw.body;
    const auto again = client.post(kSms, sender.body, key);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.raw.body, first.raw.body);
    EXPECT_EQ(stored(sender.service), 1);

    auto other = sender.body;
    other["reference"] = "x";
    const auto mismatch = client.post(kSms, other, key);
    EXPECT_EQ(error_text(mismatch), "422 IdempotencyError: This Idempotency-Key was used with another request body");
    EXPECT_EQ(client.post(kSms, sender.body).status, 201);
    EXPECT_EQ(stored(sender.service), 2);
}

TEST_F(Limits, AKeyBelongsToItsService)
{
    const auto one = make({});
    const auto two = make({});
    ApiClient first(*server_, one.service);
    ApiClient second(*server_, two.service);
    const ApiClient::Headers key{{"Idempotency-Key", "shared"}};
    EXPECT_EQ(first.post(kSms, one.body, key).status, 201);
    EXPECT_EQ(second.post(kSms, two.body, key).status, 201);
}

TEST_F(Limits, ARefusedRequestLeavesTheKeyFree)
{
    const auto sender = make({});
    ApiClient client(*server_, sender.service);
    const ApiClient::Headers key{{"Idempotency-Key", "retry"}};
    auto broken = sender.body;
    broken["template_id"] = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";
    EXPECT_EQ(client.post(kSms, broken, key).status, 400);
    EXPECT_EQ(client.post(kSms, sender.body, key).status, 201);
}

TEST_F(Limits, ParallelRequestsWithOneKeyMakeOneMessage)
{
    const auto sender = make({});
    std::atomic<int> created = 0;
    std::atomic<int> in_flight = 0;
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 8; ++caller)
    {
        callers.emplace_back(
            [&]
            {
                ApiClient client(*server_, sender.service);
                const auto answer = client.post(kSms, sender.body, {{"Idempotency-Key", "together"}});
                if (answer.status == 201) ++created;
                if (answer.status == 409) ++in_flight;
            });
    }
    callers.clear();
    EXPECT_GE(created, 1);
    EXPECT_EQ(created + in_flight, 8);
    EXPECT_EQ(stored(sender.service), 1);
}

TEST_F(Limits, AKeyHasAForm)
{
    const auto sender = make({});
    ApiClient client(*server_, sender.service);
    for (const auto& key : {std::string(256, 'k'), std::string("with space")})
        EXPECT_EQ(error_text(client.post(kSms, sender.body, {{"Idempotency-Key", key}})),
                  "400 ValidationError: Idempotency-Key must be 1 to 255 printable ASCII characters without spaces");
    EXPECT_EQ(client.post(kSms, sender.body, {{"Idempotency-Key", std::string(255, 'k')}}).status, 201);
}

// One message at a time, and a database that does not take it: whoever comes meanwhile is told to come again.
TEST(Overload, WhoWouldWaitTooLongIsToldToComeAgain)
{
    ApiServer::Options options;
    options.connections = 4;
    options.turnstile.running = 1;
    options.turnstile.longest_wait = milliseconds(1);
    ApiServer server(std::move(options));
    const auto service = server.add_service();
    const auto id = server.add_template(service.id, Channel::sms, "Hi").to_string();
    const json::object body{{"phone_number", "+12025550123"}, {"template_id", id}};
    const auto text = json::serialize(body);
    test_support::HttpClient first(server.port());
    server.run(
        [&](pg::Database& database) -> Task<>
        {
            auto transaction = co_await database.begin(soon());
            co_await transaction.run_script("LOCK TABLE notifications", soon());
            first.send_raw(
                fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: "
                            "{}\r\n\r\n{}",
                            kSms, token_of(service, service.normal), text.size(), text));
            while (server.number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
            {
            }
            ApiClient client(server, service);
            const auto refused = client.post(kSms, body);
            EXPECT_EQ(error_text(refused),
                      "503 ServiceUnavailable: Too many requests are waiting; try again in a moment");
            EXPECT_EQ(refused.raw.header("Retry-After"), "1");
            const auto v1 = client.post("/notifications/sms", {{"to", "+12025550123"}, {"template", id}});
            EXPECT_EQ(error_text(v1), "503 Too many requests are waiting; try again in a moment");
            EXPECT_EQ(v1.raw.header("Retry-After"), "1");
            co_await transaction.rollback(soon());
        });
    EXPECT_EQ(first.read_response().status, 201);
    EXPECT_EQ(server.number("SELECT count(*) FROM notifications"), 1);
}

}  // namespace
}  // namespace herald::http::v2
