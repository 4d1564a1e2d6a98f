// The mailbox over the wire: who may see it, and with which policies.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/api_server.hpp"

namespace herald::http
{
namespace
{

using namespace herald::testing;
using test_support::HttpClient;
using test_support::HttpResponse;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kId = "0190a8f0-0000-7000-8000-000000000001";

class Mailboxes : public ::testing::Test
{
protected:
    static ApiServer::Options with_mailbox(std::vector<MailboxEntry>& entries)
    {
        ApiServer::Options options;
        options.mailbox = [&entries](std::size_t limit)
        {
            auto newest = entries;
            if (newest.size() > limit) newest.resize(limit);
            return newest;
        };
        return options;
    }
    HttpResponse get(std::string_view target, const HttpClient::HeaderList& headers = {})
    {
        HttpClient client(server_.port());
        return client.get(target, headers);
    }
    static MailboxEntry email()
    {
        MailboxEntry entry;
        entry.id = *NotificationId::parse(kId);
        entry.channel = "email";
        entry.to = "ada@example.gov";
        entry.subject = "About tax";
        entry.text = "Hello";
        entry.html = "<p>Hello</p><script>alert(1)</script>";
        entry.status = "delivered";
        entry.received_at = SystemClock().now();
        return entry;
    }

    std::vector<MailboxEntry> entries_;
    ApiServer server_{with_mailbox(entries_)};
};

TEST_F(Mailboxes, ThePageLoadsFromThisServerOnly)
{
    const auto page = get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_THAT(page.header("Content-Security-Policy").value_or(""),
                AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"),
                      HasSubstr("frame-ancestors 'none'"), Not(HasSubstr("unsafe-inline"))));
    EXPECT_THAT(page.body, Not(HasSubstr("https://")));
    for (const auto& [path, type] : {std::pair("/mailbox/mailbox.css", "text/css; charset=utf-8"),
                                     std::pair("/mailbox/mailbox.js", "text/javascript; charset=utf-8")})
    {
        const auto file = get(path);
        EXPECT_EQ(file.status, 200);
        EXPECT_EQ(file.header("Content-Type"), type);
        EXPECT_THAT(page.body, HasSubstr(path));
    }
}

TEST_F(Mailboxes, AnEmailIsSandboxedOnItsOwnAsWell)
{
    entries_.push_back(email());
    const auto shown = get(fmt::format("/mailbox/{}/email", kId));
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body, email().html);
    EXPECT_THAT(shown.header("Content-Security-Policy").value_or(""),
                AllOf(HasSubstr("sandbox;"), HasSubstr("default-src 'none'"), Not(HasSubstr("script-src"))));
    EXPECT_EQ(get("/mailbox/0190a8f0-0000-7000-8000-000000000002/email").status, 404);
    EXPECT_EQ(get("/mailbox/x/email").status, 404);
}

TEST_F(Mailboxes, OtherSitesDoNotReadIt)
{
    entries_.push_back(email());
    for (const auto& target : {std::string("/"), std::string("/mailbox/list"), fmt::format("/mailbox/{}/email", kId)})
    {
        EXPECT_FALSE(get(target).header("Access-Control-Allow-Origin")) << target;
        EXPECT_EQ(get(target, {{"Sec-Fetch-Site", "cross-site"}}).status, 404) << target;
        EXPECT_EQ(get(target, {{"Sec-Fetch-Site", "same-origin"}}).status, 200) << target;
    }
}

TEST_F(Mailboxes, SaysWhichServiceAndTemplateAMessageCameFrom)
{
    const auto service = server_.add_service({.name = "Licensing"});
    const auto id = server_.add_template(service.id, Channel::sms, "Hi", "", "Greeting");
    ApiClient client(server_, service);
    const auto sent =
        client.post("/v2/notifications/sms", {{"phone_number", "+12025550123"}, {"template_id", id.to_string()}});
    auto known = email();
    known.id = *NotificationId::parse(sent.text("/id"));
    known.service_id = service.id;
    auto unknown = email();
    unknown.service_id = service.id;
    entries_ = {known, unknown, email()};
    const auto list = get("/mailbox/list").body;
    EXPECT_THAT(list, AllOf(HasSubstr(service.name), HasSubstr("Greeting (version 1)")));
}

TEST(NoMailbox, IsTheUsual404)
{
    const ApiServer server;
    HttpClient client(server.port());
    for (const auto* target : {"/", "/mailbox/list", "/mailbox/mailbox.css", "/mailbox/mailbox.js"})
    {
        const auto answer = read_answer(client.get(target));
        EXPECT_EQ(error_text(answer).substr(0, 35), "404 The requested URL was not found") << target;
    }
}

}  // namespace
}  // namespace herald::http
