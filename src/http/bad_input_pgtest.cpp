// What anyone may send to any endpoint: it is refused clearly, in the right shape; nothing is written, nothing leaks,
// nobody else notices.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/routes.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http
{
namespace
{

using namespace herald::testing;
using test_support::HttpClient;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kUuid = "6ce466d0-fd6a-41e5-82f5-e0accb9d11a6";

struct Endpoint
{
    std::string method;
    std::string target;
    ErrorShape shape;
};

// Every public route that needs a key, its parameters filled in.
std::vector<Endpoint> endpoints()
{
    std::vector<Endpoint> all;
    for (const auto table : public_route_tables())
    {
        for (const Route& route : table)
        {
            if (route.auth != Auth::service_key) continue;
            std::string target(route.path);
            for (auto open = target.find('{'); open != std::string::npos; open = target.find('{'))
            {
                const auto close = target.find('}', open);
                const auto parameter = target.substr(open + 1, close - open - 1);
                const std::string value = parameter == "version:int"         ? "1"
                                          : parameter == "notification_type" ? "sms"
                                                                             : std::string(kUuid);
                target.replace(open, close - open + 1, value);
            }
            all.push_back({std::string(to_string(route.method)), target, route.shape});
        }
    }
    return all;
}

std::string deep(std::string_view open, std::string_view close, int depth)
{
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    for (int i = 0; i < depth; ++i) text += close;
    return text;
}

class BadInput : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        service_ = server_->add_service();
        template_ = server_->add_template(service_.id, Channel::sms, "Hello ((name))");
    }
    static void TearDownTestSuite() { server_.reset(); }
    void SetUp() override { before_ = rows(); }
    void TearDown() override
    {
        EXPECT_EQ(rows(), before_) << "something was written";
        ApiClient other(*server_, service_);
        EXPECT_EQ(other.get("/v2/templates").status, 200) << "others are served";
    }

    static std::int64_t rows()
    {
        std::int64_t sum = 0;
        for (const auto* table : {"notifications", "notification_contents", "notification_events", "ledger_deltas",
                                  "queue_ready", "idempotency_keys", "daily_usage"})
            sum += server_->number(fmt::format("SELECT count(*) FROM {}", table));
        return sum;
    }

    static void expect_clear(const Endpoint& endpoint, const ApiAnswer& answer, std::string_view what)
    {
        EXPECT_GE(answer.status, 400) << endpoint.target << " " << what;
        EXPECT_LT(answer.status, 500) << endpoint.target << " " << what << " " << answer.raw.body;
        ASSERT_TRUE(answer.body.is_object()) << endpoint.target << " " << what;
        const bool plain = answer.status == 404 && answer.object().contains("result");
        if (endpoint.shape == ErrorShape::v2 && !plain)
            EXPECT_TRUE(answer.object().contains("errors") && answer.object().contains("status_code"))
                << answer.raw.body;
        else
            EXPECT_EQ(answer.at("/result"), "error") << answer.raw.body;
        for (const auto* inside : {"std::", "boost", "SELECT", "pg_", "/src/", "SQLSTATE", "exception"})
            EXPECT_THAT(answer.raw.body, Not(HasSubstr(inside))) << endpoint.target << " " << what;
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService service_;
    static TemplateId template_;
    std::int64_t before_ = 0;
};
std::unique_ptr<ApiServer> BadInput::server_;
TestService BadInput::service_;
TemplateId BadInput::template_;

TEST_F(BadInput, BodiesThatAreNoJsonObjectsOfOurs)
{
    const std::pair<std::string_view, std::string> bodies[] = {
        {"truncated", R"({"phone_number": "+1202)"},
        {"deep arrays", deep("[", "]", 5000)},
        {"deep objects", deep("{\"a\":", "}", 5000)},
        {"invalid UTF-8", "{\"a\": \"\xc3\x28\"}"},
        {"a NUL byte", std::string("{\"a\": \"x\0y\"}", 12)},
        {"an escaped NUL", R"({"reference": "\u0000"})"},
        {"a lone surrogate", R"({"reference": "\ud800"})"},
        {"a key twice", R"({"to": "a", "to": "b", "reference": "a", "reference": "b"})"},
        {"an array", "[1, 2]"},
        {"a number", "5"},
        {"a huge number", R"({"reference": 1e999999})"},
        {"wrong types",
         R"({"phone_number": {}, "email_address": [], "template_id": 1.5, "personalisation": "x", "to": {}, "template": []})"},
        {"text after the value", "{} {}"},
        {"nothing but spaces", "   "},
        {"a script", "<script>alert(1)</script>"},
    };
    for (const auto& endpoint : endpoints())
    {
        if (endpoint.method != "POST") continue;
        for (const auto& [what, body] : bodies)
        {
            ApiClient client(*server_, service_);
            expect_clear(endpoint, client.post_text(endpoint.target, body), what);
        }
    }
}

TEST_F(BadInput, BodiesOver5MegabytesAreRefusedBeforeTheyAreRead)
{
    for (const auto& endpoint : endpoints())
    {
        if (endpoint.method != "POST") continue;
        HttpClient client(server_->port());
        // Only the head is ever sent.
        client.send_raw(
            fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
                        "Content-Length: 5000001\r\n\r\n",
                        endpoint.target, token_of(service_, service_.normal)));
        const auto answer = read_answer(client.read_response());
        EXPECT_EQ(answer.status, 413) << endpoint.target;
        expect_clear(endpoint, answer, "too large");
    }
}

TEST_F(BadInput, QueriesAndPathsThatMakeNoSense)
{
    const std::string_view queries[] = {"?status=%ff%fe",
                                        "?older_than=%00",
                                        "?reference=%00",
                                        "?older_than[]=1",
                                        "?page=-1&older_than=1&type=;--",
                                        "?template_type=%27%20OR%201=1&page=1e9&older_than='"};
    for (const auto& endpoint : endpoints())
    {
        if (endpoint.method != "GET" || endpoint.target.find(kUuid) != std::string::npos) continue;
        for (const auto query : queries)
        {
            HttpClient client(server_->port());
            const auto answer =
                read_answer(client.get(endpoint.target + std::string(query),
                                       {{"Authorization", "Bearer " + token_of(service_, service_.normal)}}));
            EXPECT_THAT(answer.status, AnyOf(200, 400)) << endpoint.target << query;
            EXPECT_THAT(answer.raw.body, Not(HasSubstr("std::")));
            if (answer.status == 200)
                EXPECT_EQ(endpoint.target, "/notifications") << query;  // v1 ignores what it does not know
        }
    }
    ApiClient client(*server_, service_);
    for (const auto* path :
         {"/v2/notifications/%00", "/v2/notifications/%2e%2e%2f", "/v2/template/%ff", "/v2/template/a%2fb/preview"})
        EXPECT_THAT(client.get(path).status, AnyOf(400, 404, 405)) << path;
}

TEST_F(BadInput, WrongMethodsAndTrailingSlashes)
{
    for (const auto& endpoint : endpoints())
    {
        ApiClient client(*server_, service_);
        const auto wrong = client.request("PATCH", endpoint.target, {}, std::nullopt);
        EXPECT_EQ(wrong.status, 405) << endpoint.target;
        EXPECT_TRUE(wrong.raw.header("Allow")) << endpoint.target;
        EXPECT_EQ(client.request("BREW", endpoint.target, {}, std::nullopt).status, 405) << endpoint.target;
        EXPECT_EQ(client.request(endpoint.method, endpoint.target + "/", {}, std::nullopt).status, 404)
            << endpoint.target;
    }
}

TEST_F(BadInput, NobodyWithoutAKeyIsHeard)
{
    for (const auto& endpoint : endpoints())
    {
        HttpClient client(server_->port());
        const auto body = endpoint.method == "POST" ? std::optional<std::string_view>("{") : std::nullopt;
        const auto answer = read_answer(client.request(endpoint.method, endpoint.target, {}, body));
        EXPECT_EQ(answer.status, 401) << endpoint.target;
        expect_clear(endpoint, answer, "no token");
    }
}

TEST_F(BadInput, TextsThatMeanSomethingElsewhere)
{
    ApiClient client(*server_, service_);
    const json::object body{{"phone_number", "+12025550123'; DROP TABLE notifications; --"},
                            {"template_id", template_.to_string()},
                            {"personalisation", {{"name", "${jndi:ldap://x}"}}}};
    EXPECT_EQ(client.post("/v2/notifications/sms", body).status, 400);
    // A header of the answer is never made of what was asked.
    const auto echoed = client.get("/v2/templates", {{"X-B3-TraceId", std::string(500, 'x')}});
    EXPECT_EQ(echoed.raw.header("X-B3-TraceId"), "None");
}

}  // namespace
}  // namespace herald::http
