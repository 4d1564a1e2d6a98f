// Readiness, over the wire, with a database that goes away.
#include <gtest/gtest.h>

#include "tests/support/api_server.hpp"

namespace herald::http::system
{
namespace
{

using namespace herald::testing;
using test_support::HttpClient;

ApiAnswer ask(const ApiServer& server, std::string_view target, std::string_view method = "GET")
{
    HttpClient client(server.port());
    return read_answer(client.request(method, target, {}, std::nullopt));
}

TEST(Status, IsReadyWhileTheDatabaseAnswers)
{
    const ApiServer server;
    for (const auto* method : {"GET", "POST"})
    {
        const auto answer = ask(server, "/_status", method);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.text("/status"), "ok");
        EXPECT_EQ(answer.text("/database"), "ok");
        EXPECT_TRUE(answer.at("/db_version").is_string());
        EXPECT_TRUE(answer.at("/git_commit").is_null());
        EXPECT_TRUE(answer.at("/build_time").is_null());
    }
    EXPECT_EQ(ask(server, "/_status?simple=").object().size(), 5U);
    EXPECT_EQ(ask(server, "/_status?simple=1").body, json::value(json::object{{"status", "ok"}}));
}

TEST(Status, IsNotReadyOnceTheProcessIsToStop)
{
    ApiServer server;
    server.set_draining(true);
    const auto answer = ask(server, "/_status");
    EXPECT_EQ(error_text(answer), "503 The process is stopping");
    EXPECT_EQ(answer.text("/status"), "unavailable");
    EXPECT_EQ(answer.text("/database"), "ok");
    EXPECT_EQ(answer.raw.header("Retry-After"), "1");
    EXPECT_EQ(ask(server, "/_status?simple=1").status, 200);
    server.set_draining(false);
    EXPECT_EQ(ask(server, "/_status").status, 200);
}

TEST(Status, IsNotReadyWhileTheDatabaseIsAwayAndComesBackByItself)
{
    ApiServer::Options options;
    options.http.request_timeout = std::chrono::seconds(3);  // what a request waits for the database
    ApiServer server(std::move(options));
    const auto service = server.add_service();
    ASSERT_EQ(ask(server, "/_status").status, 200);
    const auto administer = [](const std::string& script)
    {
        auto conninfo = test_cluster().database("postgres");
        with_database_at(
            *conninfo, [&script](pg::Database& db) -> Task<> { co_await db.run_script(script, soon()); }, 1);
    };
    const std::string& name = server.database().name();
    administer("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
    administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
    // The connections may not have noticed yet; then the first question finds out.
    auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto answer = ask(server, "/_status");
    while (answer.status == 200 && std::chrono::steady_clock::now() < until) answer = ask(server, "/_status");
    EXPECT_EQ(error_text(answer), "503 The database does not answer");
    EXPECT_EQ(answer.text("/database"), "unavailable");
    EXPECT_EQ(ask(server, "/_status?simple=1").status, 200);
    {
        ApiClient client(server, service);
        const auto refused = client.get("/v2/templates");
        EXPECT_EQ(error_text(refused), "503 ServiceUnavailable: Service temporarily unavailable");
        EXPECT_TRUE(refused.raw.header("Retry-After"));
    }
    administer("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    do answer = ask(server, "/_status");
    while (answer.status != 200 && std::chrono::steady_clock::now() < until);
    EXPECT_EQ(answer.status, 200);
    ApiClient client(server, service);
    EXPECT_EQ(client.get("/v2/templates").status, 200);
}

TEST(Metrics, AreInThePrometheusFormatAndNameNobody)
{
    ApiServer server;
    const auto service = server.add_service();
    ApiClient client(server, service);
    client.get("/v2/templates");
    HttpClient plain(server.port());
    const auto answer = plain.get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type").value_or("").substr(0, 10), "text/plain");
    EXPECT_NE(answer.body.find("# TYPE herald_"), std::string::npos);
    EXPECT_EQ(answer.body.find(service.id.to_string()), std::string::npos);
}

}  // namespace
}  // namespace herald::http::system
