// The unsubscribe link over the wire: what a person, a mail program and a link scanner do with it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/unsubscribe.hpp"
#include "tests/support/api_server.hpp"

namespace herald::http
{
namespace
{

using namespace herald::testing;
using test_support::HttpClient;
using test_support::HttpResponse;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kOneClick = "List-Unsubscribe=One-Click";

class UnsubscribeLinks : public ::testing::Test
{
protected:
    HttpResponse get(const std::string& path)
    {
        HttpClient client(server_.port());
        return client.get(path);
    }
    HttpResponse post(const std::string& path, std::string_view body = kOneClick,
                      const char* type = "application/x-www-form-urlencoded")
    {
        HttpClient client(server_.port());
        return client.request("POST", path, {{"Content-Type", type}}, body);
    }
    // The id of an email that the service was asked to send.
    NotificationId send(const TestService& from, const TemplateId& with, std::string_view to)
    {
        ApiClient client(server_, from);
        const auto answer = client.post("/v2/notifications/email",
                                        json::object{{"email_address", to}, {"template_id", with.to_string()}});
        EXPECT_EQ(answer.status, 201);
        return NotificationId::parse(answer.text("/id")).value();
    }
    std::string status_of(const TestService& of, NotificationId id)
    {
        ApiClient client(server_, of);
        return client.get("/v2/notifications/" + id.to_string()).text("/status");
    }
    std::string path_of(const TestService& of, NotificationId id, std::string_view to)
    {
        return unsubscribe_url(server_.keys(), "", of.id, id, to);
    }
    std::int64_t suppressions() { return server_.number("SELECT count(*) FROM suppressions WHERE lifted_at IS NULL"); }

    ApiServer server_;
    TestService service_ = server_.add_service({.name = "Parks & <b>Gardens</b>"});
    TemplateId template_ = server_.add_template(service_.id, Channel::email, "Hello");
};

TEST_F(UnsubscribeLinks, ALinkScannerChangesNothing)
{
    const auto id = send(service_, template_, "ada@example.gov");
    const auto path = path_of(service_, id, "ada@example.gov");
    HttpClient client(server_.port());
    for (const auto* method : {"GET", "HEAD", "OPTIONS"})
        EXPECT_EQ(client.request(method, path, {}, std::nullopt).status, 200);
    EXPECT_EQ(suppressions(), 0);

    const auto page = get(path);
    EXPECT_THAT(page.body, HasSubstr("Parks &amp; &lt;b&gt;Gardens"));
    EXPECT_THAT(page.body, HasSubstr("method=\"post\""));
    EXPECT_THAT(page.body, Not(HasSubstr("ada@")));
    EXPECT_THAT(path, Not(HasSubstr("ada")));
    EXPECT_EQ(page.header("Cache-Control"), "no-store");
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.header("X-Robots-Tag"), "noindex");
    EXPECT_FALSE(page.header("Access-Control-Allow-Origin"));
    EXPECT_THAT(page.header("Content-Security-Policy").value_or(""), HasSubstr("frame-ancestors 'none'"));
}

TEST_F(UnsubscribeLinks, OneClickStopsTheServicesEmailsAndNobodyElses)
{
    const auto other = server_.add_service({});
    const auto others_template = server_.add_template(other.id, Channel::email, "Hello");
    const auto id = send(service_, template_, "ada@example.gov");
    const auto path = path_of(service_, id, "ada@example.gov");
    EXPECT_EQ(post(path).status, 200);
    EXPECT_EQ(post(path).status, 200);
    EXPECT_EQ(suppressions(), 1);

    const auto stopped = send(service_, template_, "Ada@Example.gov");
    EXPECT_EQ(status_of(service_, stopped), "permanent-failure");
    EXPECT_EQ(status_of(service_, send(service_, template_, "ben@example.gov")), "created");
    EXPECT_EQ(status_of(other, send(other, others_template, "ada@example.gov")), "created");
    // Lifted, and clicked again: the same link still works.
    server_.run_sql("UPDATE suppressions SET lifted_at = now()");
    EXPECT_EQ(status_of(service_, send(service_, template_, "ada@example.gov")), "created");
    EXPECT_EQ(post(path).status, 200);
    EXPECT_EQ(status_of(service_, send(service_, template_, "ada@example.gov")), "permanent-failure");
}

TEST_F(UnsubscribeLinks, WorksAfterTheContentsWerePurged)
{
    const auto id = send(service_, template_, "late@example.gov");
    server_.run_sql("DELETE FROM notification_contents; DELETE FROM notifications");
    EXPECT_EQ(post(path_of(service_, id, "late@example.gov")).status, 200);
    EXPECT_EQ(status_of(service_, send(service_, template_, "late@example.gov")), "permanent-failure");
    EXPECT_EQ(server_.number("SELECT count(*) FROM suppressions WHERE recipient_sealed IS NULL"), 1);
}

TEST_F(UnsubscribeLinks, TakesFormsOfBothKindsAndNothingElse)
{
    const auto id = send(service_, template_, "ada@example.gov");
    const auto path = path_of(service_, id, "ada@example.gov");
    EXPECT_EQ(post(path, "").status, 400);
    EXPECT_EQ(post(path, "a=b").status, 400);
    EXPECT_EQ(post(path, std::string(kOneClick) + std::string(3'000, 'x')).status, 400);
    EXPECT_EQ(suppressions(), 0);
    const std::string parts =
        "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    EXPECT_EQ(post(path, parts, "multipart/form-data; boundary=b").status, 200);
    EXPECT_EQ(suppressions(), 1);
    HttpClient client(server_.port());
    EXPECT_EQ(client.request("DELETE", path, {}, std::nullopt).status, 405);
}

TEST_F(UnsubscribeLinks, WhatWasNotSignedHereIsADeadLink)
{
    const auto id = send(service_, template_, "ada@example.gov");
    const auto path = path_of(service_, id, "ada@example.gov");
    const std::string prefix = "/unsubscribe/";
    std::vector<std::string> wrong = {prefix + "x",
                                      path + "A",
                                      path.substr(0, path.size() - 1),
                                      prefix + std::string(108, 'A'),
                                      unsubscribe_url(KeyRing::generate(), "", service_.id, id, "ada@example.gov"),
                                      prefix + std::string(8'000, 'A'),
                                      prefix + "%00%ff"};
    for (std::size_t i = prefix.size(); i < path.size(); ++i)
    {
        auto changed = path;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        wrong.push_back(std::move(changed));
    }
    for (const auto& one : wrong)
    {
        const auto status = post(one).status;
        EXPECT_TRUE(status == 404 || status == 400) << one << ": " << status;
    }
    EXPECT_EQ(get(wrong.front()).status, 404);
    EXPECT_EQ(suppressions(), 0);
}

}  // namespace
}  // namespace herald::http
