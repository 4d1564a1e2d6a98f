#include "http/console/mailbox_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/console/html.hpp"

namespace herald::http
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kRoot = "http://localhost:6011/";

MailboxItem text_message()
{
    MailboxItem item;
    item.entry.id = *NotificationId::parse("0190a8f0-0000-7000-8000-000000000001");
    item.entry.channel = "sms";
    item.entry.to = "+12025550123";
    item.entry.from = "Herald";
    item.entry.text = "Your code is 1234";
    item.entry.status = "temporary-failure";
    item.entry.received_at = *parse_iso8601("2026-11-24T03:25:48Z");
    return item;
}

MailboxItem email()
{
    MailboxItem item = text_message();
    item.entry.channel = "email";
    item.entry.to = "ada@example.gov";
    item.entry.subject = "About tax";
    item.entry.html = "<p>Hello</p>";
    item.entry.status = "";
    return item;
}

std::string page(const MailboxItem& item)
{
    return mailbox_page(std::vector{item}, kRoot);
}

TEST(MailboxPage, AnEmptyOneExplainsItself)
{
    const auto html = mailbox_page({}, kRoot);
    EXPECT_THAT(html, HasSubstr("No messages yet"));
    EXPECT_THAT(html, HasSubstr("curl http://localhost:6011/v2/notifications/sms"));
}

TEST(MailboxPage, ShowsATextMessage)
{
    auto item = text_message();
    item.label = MailboxLabel{"Licensing", "Code", 3};
    item.entry.times_taken = 2;
    const auto html = page(item);
    for (const auto* shown : {"+12025550123", "Your code is 1234", "Temporary failure", "Licensing", "Code (version 3)",
                              "Handed over 2 times", "2026-11-24 03:25:48 UTC", "0190a8f0-0000-7000-8000-000000000001"})
        EXPECT_THAT(html, HasSubstr(shown));
    EXPECT_THAT(html, Not(HasSubstr("<iframe")));
}

TEST(MailboxPage, ShowsAnEmailInASandboxedFrame)
{
    auto item = email();
    item.entry.reply_to = "help@example.gov";
    const auto html = page(item);
    EXPECT_THAT(html, HasSubstr(R"(sandbox="")"));
    EXPECT_THAT(html, HasSubstr(R"(src="/mailbox/0190a8f0-0000-7000-8000-000000000001/email")"));
    EXPECT_THAT(html, HasSubstr("help@example.gov"));
    EXPECT_THAT(html, HasSubstr("No receipt yet"));
    EXPECT_THAT(html, Not(HasSubstr("<p>Hello</p>")));
}

// Security: whatever a sender writes stays text.
TEST(MailboxPage, NothingOfAMessageBecomesMarkup)
{
    const std::string attack = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";
    for (auto item : {text_message(), email()})
    {
        MailboxEntry& entry = item.entry;
        for (std::string* field : {&entry.to, &entry.from, &entry.subject, &entry.text, &entry.html, &entry.status})
            *field = attack;
        entry.reply_to = attack;
        item.label = MailboxLabel{attack, attack, 1};
        const auto html = page(item);
        EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
        EXPECT_THAT(html, Not(HasSubstr("<img")));
        EXPECT_THAT(html, Not(HasSubstr("onerror='")));
    }
    EXPECT_EQ(escape_html("<a href=\"x\" title='y'>&"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;");
}

TEST(MailboxPage, APreviewIsNotCutInsideACharacter)
{
    auto item = text_message();
    item.entry.text = std::string(159, 'x') + "\u00e9\u00e9  \n tail";
    EXPECT_THAT(page(item), HasSubstr("x\u00e9\u2026"));
}

}  // namespace
}  // namespace herald::http
