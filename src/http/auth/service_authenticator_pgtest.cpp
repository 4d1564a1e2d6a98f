// Every row of the contract's table of authentication (validation.md, section 3), over the wire.
#include "http/auth/service_authenticator.hpp"

#include <chrono>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/jwt.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http
{
namespace
{

using namespace herald::testing;
using test_support::HttpClient;

constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";
const std::string kMalformed =
    "403 AuthError: Invalid token: make sure your API token matches the example at "
    "https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header";
const std::string kClock = "403 AuthError: Error: Your system clock must be accurate to within 30 seconds";

class Authentication : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server_ = std::make_unique<ApiServer>();
        service_ = server_->add_service();
    }
    static void TearDownTestSuite() { server_.reset(); }

    static std::int64_t now()
    {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
    }

    static std::string ask(const HttpClient::HeaderList& headers, std::string_view target = "/v2/templates")
    {
        HttpClient client(server_->port());
        return error_text(read_answer(client.get(target, headers)));
    }
    static std::string with_token(const std::string& token) { return ask({{"Authorization", "Bearer " + token}}); }
    static std::string claims(std::string_view text, std::string_view header = kHs256)
    {
        return with_token(forge_token(header, text, service_.normal.secret));
    }
    static std::string issued(std::string_view iat, std::string_view more = "")
    {
        return claims(fmt::format(R"({{"iss":"{}","iat":{}{}}})", service_.id.to_string(), iat, more));
    }

    static std::unique_ptr<ApiServer> server_;
    static TestService service_;
};
std::unique_ptr<ApiServer> Authentication::server_;
TestService Authentication::service_;

TEST_F(Authentication, NoHeader)
{
    EXPECT_EQ(ask({}), "401 AuthError: Unauthorized: authentication token must be provided");
    EXPECT_EQ(ask({{"Authorization", ""}}), "401 AuthError: Unauthorized: authentication token must be provided");
}

TEST_F(Authentication, SchemeIsNotBearer)
{
    EXPECT_EQ(ask({{"Authorization", "Basic abc"}}),
              "401 AuthError: Unauthorized: authentication bearer scheme must be used");
}

TEST_F(Authentication, SchemeIsReadInAnyCase)
{
    EXPECT_EQ(ask({{"Authorization", "bEaReR " + token_of(service_, service_.normal)}}), "200 (no errors)");
}

TEST_F(Authentication, NotAJwt)
{
    EXPECT_EQ(with_token("not-a-token"), kMalformed);
    EXPECT_EQ(with_token("a.b.c"), kMalformed);
    EXPECT_EQ(with_token(std::string(9000, 'a')), kMalformed);
}

TEST_F(Authentication, NoIssuer)
{
    EXPECT_EQ(claims(fmt::format(R"({{"iat":{}}})", now())), "403 AuthError: Invalid token: iss field not provided");
}

TEST_F(Authentication, IssuerIsNoUuid)
{
    EXPECT_EQ(claims(fmt::format(R"({{"iss":"me","iat":{}}})", now())),
              "403 AuthError: Invalid token: service id is not the right data type");
}

TEST_F(Authentication, ServiceIsUnknown)
{
    EXPECT_EQ(claims(fmt::format(R"({{"iss":"6ce466d0-fd6a-11e5-82f5-e0accb9d11a6","iat":{}}})", now())),
              "403 AuthError: Invalid token: service not found");
}

TEST_F(Authentication, ServiceHasNoKeys)
{
    const auto bare = server_->add_service();
    server_->run_sql(fmt::format("DELETE FROM api_keys WHERE service_id = '{}'", bare.id.to_string()));
    EXPECT_EQ(with_token(token_of(bare, bare.normal)), "403 AuthError: Invalid token: service has no API keys");
}

TEST_F(Authentication, AKeyThatDoesNotOpenFailsAlone)
{
    const auto made = server_->add_service();
    server_->run_sql(
        fmt::format("UPDATE api_keys SET secret_sealed = '\\xffff' WHERE id = '{}'", made.team.id.to_string()));
    EXPECT_EQ(with_token(token_of(made, made.team)), "403 AuthError: Invalid token: API key not found");
    EXPECT_EQ(with_token(token_of(made, made.normal)), "200 (no errors)");
}

TEST_F(Authentication, ServiceIsArchived)
{
    const auto archived = server_->add_service({.active = false});
    EXPECT_EQ(with_token(token_of(archived, archived.normal)), "403 AuthError: Invalid token: service is archived");
}

TEST_F(Authentication, SignatureMatchesNoKey)
{
    const TestKey other{service_.normal.id, "6ce466d0-fd6a-11e5-82f5-e0accb9d11a6"};
    EXPECT_EQ(with_token(token_of(service_, other)), "403 AuthError: Invalid token: API key not found");
}

TEST_F(Authentication, IssuedAtIsMissing)
{
    EXPECT_EQ(claims(fmt::format(R"({{"iss":"{}"}})", service_.id.to_string())),
              "403 AuthError: Invalid token: API key not found");
}

TEST_F(Authentication, EveryKeyOfTheServiceOpens)
{
    for (const auto& key : {service_.normal, service_.team, service_.test})
        EXPECT_EQ(with_token(token_of(service_, key)), "200 (no errors)");
}

TEST_F(Authentication, ClocksMayDifferByThirtySeconds)
{
    EXPECT_EQ(issued(std::to_string(now() - 29)), "200 (no errors)");
    EXPECT_EQ(issued(std::to_string(now() + 29)), "200 (no errors)");
    EXPECT_EQ(issued(std::to_string(now() - 32)), kClock);
    EXPECT_EQ(issued(std::to_string(now() + 32)), kClock);
    EXPECT_EQ(issued(R"("yesterday")"), kClock);
}

TEST_F(Authentication, OnlyHs256IsAnAlgorithm)
{
    const auto text = fmt::format(R"({{"iss":"{}","iat":{}}})", service_.id.to_string(), now());
    for (const auto* header : {R"({"alg":"HS512","typ":"JWT"})", R"({"alg":"none"})"})
        EXPECT_EQ(claims(text, header), "403 AuthError: Invalid token: algorithm used is not HS256") << header;
}

TEST_F(Authentication, OtherFaultsOfTokens)
{
    EXPECT_EQ(issued(std::to_string(now()), fmt::format(R"(,"exp":{})", now() - 100)), kMalformed);
    EXPECT_EQ(issued(std::to_string(now()), R"(,"aud":"somebody")"), kMalformed);
}

TEST_F(Authentication, ARevokedKeyStopsWithinASecond)
{
    const auto service = server_->add_service();
    const auto token = token_of(service, service.normal);
    ASSERT_EQ(with_token(token), "200 (no errors)");
    server_->run_sql(
        fmt::format("UPDATE api_keys SET expiry_date = now() WHERE id = '{}'", service.normal.id.to_string()));

    const auto revoked = std::chrono::steady_clock::now();
    while (with_token(token) == "200 (no errors)")
        ASSERT_LT(std::chrono::steady_clock::now() - revoked, std::chrono::seconds(1));
    EXPECT_EQ(with_token(token), "403 AuthError: Invalid token: API key revoked");
    EXPECT_EQ(with_token(token_of(service, service.team)), "200 (no errors)");
}

TEST_F(Authentication, AKeyRevokedLongAgoIsNotFound)
{
    const auto service = server_->add_service();
    server_->run_sql(fmt::format("UPDATE api_keys SET expiry_date = now() - interval '8 days' WHERE id = '{}'",
                                 service.normal.id.to_string()));
    EXPECT_EQ(with_token(token_of(service, service.normal)), "403 AuthError: Invalid token: API key not found");
}

TEST_F(Authentication, V1SaysTheSameInItsOwnShape)
{
    EXPECT_EQ(ask({}, "/notifications"), R"(401 {"token":["Unauthorized: authentication token must be provided"]})");
    EXPECT_EQ(ask({{"Authorization", "Bearer x"}}, "/notifications"),
              "403 {\"token\":[\"" + kMalformed.substr(kMalformed.find("Invalid")) + "\"]}");
}

TEST_F(Authentication, RoutingComesFirst)
{
    EXPECT_EQ(ask({}, "/v2/nothing").substr(0, 41), "404 The requested URL was not found on th");
    HttpClient client(server_->port());
    const auto wrong = client.request("DELETE", "/v2/templates", {}, std::nullopt);
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(wrong.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(wrong.body, "{\"message\":\"The method is not allowed for the requested URL.\",\"result\":\"error\"}\n");
}

TEST_F(Authentication, OptionsPassesThroughIt)
{
    HttpClient client(server_->port());
    EXPECT_EQ(client.request("OPTIONS", "/v2/templates", {}, std::nullopt).status, 401);
    const auto allowed = client.request(
        "OPTIONS", "/v2/templates", {{"Authorization", "Bearer " + token_of(service_, service_.normal)}}, std::nullopt);
    EXPECT_EQ(allowed.status, 200);
    EXPECT_EQ(allowed.body, "");
}

// The internal column of the table. No route needs an internal client yet, so the authenticator is asked by itself; it
// looks nothing up.
class InternalAuthentication : public ::testing::Test
{
protected:
    static std::string judge(const std::optional<std::string>& authorization)
    {
        Request request;
        if (authorization) request.headers.add("Authorization", *authorization);
        std::string verdict;
        const auto ask = [&](pg::Database& database) -> Task<>
        {
            const SystemClock clock;
            const auto keys = KeyRing::generate();
            ServiceDirectory directory(database, keys, clock, {});
            ServiceAuthenticator authenticator(directory, clock, "notify-admin", {"secret", "the next"});
            const auto result = co_await authenticator.authenticate(Auth::internal_client, request);
            verdict =
                result ? "welcome"
                       : error_text(read_answer(received(auth_error_response(result.error(), ErrorShape::internal))));
        };
        with_database_at(*test_cluster().database("postgres"), ask, 1);
        return verdict;
    }
    static std::string signed_by(std::string_view issuer, std::string_view secret,
                                 std::chrono::seconds age = std::chrono::seconds(0))
    {
        return "Bearer " + sign_token(issuer, secret, SystemClock().now() - age);
    }

private:
    static test_support::HttpResponse received(const Response& response)
    {
        test_support::HttpResponse raw;
        raw.status = response.status;
        raw.body = response.body;
        return raw;
    }
};

TEST_F(InternalAuthentication, EachRow)
{
    EXPECT_EQ(judge(std::nullopt), R"(401 {"token":["Unauthorized: authentication token must be provided"]})");
    EXPECT_EQ(judge("Basic x"), R"(401 {"token":["Unauthorized: authentication bearer scheme must be used"]})");
    EXPECT_EQ(judge("Bearer x"), "403 {\"token\":[\"" + kMalformed.substr(kMalformed.find("Invalid")) + "\"]}");
    EXPECT_EQ(judge("Bearer " + forge_token(kHs256, R"({"iat":1})", "secret")),
              R"(403 {"token":["Invalid token: iss field not provided"]})");
    EXPECT_EQ(judge(signed_by("somebody", "secret")),
              R"(401 {"token":["Unauthorized: not allowed to perform this action"]})");
    EXPECT_EQ(judge(signed_by("notify-admin", "another")), R"(403 {"token":["Invalid token: API key not found"]})");
    EXPECT_EQ(judge(signed_by("notify-admin", "secret", std::chrono::seconds(40))),
              R"(403 {"token":["Error: Your system clock must be accurate to within 30 seconds"]})");
    EXPECT_EQ(judge(signed_by("notify-admin", "secret")), "welcome");
    EXPECT_EQ(judge(signed_by("notify-admin", "the next")), "welcome");
    EXPECT_EQ(judge(signed_by("notify-admin", "the next", std::chrono::seconds(40))),
              R"(403 {"token":["Error: Your system clock must be accurate to within 30 seconds"]})");
    EXPECT_EQ(judge(signed_by("notify-admin", "secret,the next")),
              R"(403 {"token":["Invalid token: API key not found"]})");
}

}  // namespace
}  // namespace herald::http
