#include "rendering/email.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rendering/sanitise.hpp"

namespace herald::rendering
{
namespace
{

using testing::HasSubstr;
using testing::Not;

CompiledTemplate email(std::string_view content, std::string_view subject = "Subject")
{
    return CompiledTemplate::compile(Channel::email, subject, content);
}

Personalisation with(const json::object& values)
{
    return Personalisation::from_json(values).value();
}

TEST(Email, HasSubjectTextAndDocument)
{
    const auto rendered = render_email(email("Hello ((name))\n\n* a", "Dear ((name))"), with({{"name", "Ada"}}));
    EXPECT_EQ(rendered.subject, "Dear Ada");
    EXPECT_EQ(rendered.plain_text, "Hello Ada\n\n• a\n");
    EXPECT_THAT(rendered.html, HasSubstr("Hello Ada</p>"));
    EXPECT_THAT(rendered.html, HasSubstr("<title>Dear Ada</title>"));
    EXPECT_THAT(rendered.html, HasSubstr("hidden>Hello Ada • a…</div>"));
}

TEST(Email, ValuesMayHoldMarkdownButNoHtml)
{
    const auto rendered =
        render_email(email("((a))"), with({{"a", "# x\n\n<script>alert(1)</script> [l](http://b.c)"}}));
    EXPECT_THAT(rendered.html, HasSubstr(">x</h2>"));
    EXPECT_THAT(rendered.html, HasSubstr("href=\"http://b.c\">l</a>"));
    EXPECT_THAT(rendered.html, HasSubstr("&lt;script&gt;"));
    EXPECT_THAT(rendered.html, Not(HasSubstr("<script")));
    EXPECT_THAT(rendered.plain_text, HasSubstr("<script>alert(1)</script>"));
}

TEST(Email, SanitisedValuesAreShownAsTheyWereWritten)
{
    const std::string_view written = "# a *b* _c_ [d](e) <i> 1. f - g | h! {i} + j \\ k `l`";
    const auto rendered = render_email(email("((a))"), with({{"a", sanitise_text(written)}}));
    EXPECT_EQ(rendered.plain_text, std::string(written) + "\n");
    EXPECT_THAT(rendered.html, Not(HasSubstr("<h2")));
    EXPECT_THAT(rendered.html, Not(HasSubstr("<a ")));
}

TEST(Email, ListValuesBecomeBullets)
{
    const auto values = with({{"l", json::array{"a", "b"}}});
    const auto rendered = render_email(email("You need ((l))", "For ((l))"), values);
    EXPECT_EQ(rendered.plain_text, "You need\n\n• a\n• b\n");
    EXPECT_EQ(rendered.subject, "For a and b");
    EXPECT_EQ(render_email_body_for_api(email("You need ((l))"), values), "You need \n\n* a\n* b");
}

TEST(Email, HiddenValuesAreSaidToBeHidden)
{
    const auto rendered = render_email(email("Hello ((name))", "((name))"), {}, {}, MissingStyle::hidden);
    EXPECT_EQ(rendered.subject, "[hidden]");
    EXPECT_EQ(rendered.plain_text, "Hello [hidden]\n");
    EXPECT_THAT(render_email_html_body(email("Hello ((name))"), {}, MissingStyle::hidden),
                HasSubstr("Hello [hidden]</p>"));
}

TEST(Email, MissingValuesKeepTheirBrackets)
{
    EXPECT_THAT(
        render_email_html_body(email("((a)) [l](((url))) ((b??c))"), {}),
        HasSubstr("((a)) <a style=\"color:#1d70b8;word-wrap:break-word\" href=\"http://((url))\">l</a> ((b??c))"));
}

TEST(EmailSubject, IsOneLineWithTypography)
{
    EXPECT_EQ(render_subject(email("", " It's\n((a))  - \"now\" <b> &amp; "), with({{"a", "x \t y"}})),
              "It’s x y – “now” <b> &amp;");
}

TEST(EmailBodyForApi, IsTheSourceAsItIs)
{
    EXPECT_EQ(render_email_body_for_api(email("\n # It's ((a))\r\n\r\n* b -  c \t"), with({{"a", "<b>"}})),
              "# It's <b>\r\n\r\n* b -  c");
}

TEST(EmailHtmlBody, IsTheBodyWithoutTheDocument)
{
    const auto html = render_email_html_body(email("a"), {});
    EXPECT_THAT(html, testing::StartsWith("<p "));
    EXPECT_THAT(html, testing::EndsWith(">a</p>"));
}

TEST(EmailChecks, RefuseAnEmptyMessage)
{
    EXPECT_FALSE(check_email_not_empty(email(""), ""));
    EXPECT_FALSE(check_email_not_empty(email("((a))((b))"), ""));
    EXPECT_TRUE(check_email_not_empty(email("((a))"), "x"));
    EXPECT_TRUE(check_email_not_empty(email("((a)) x"), ""));
    EXPECT_EQ(check_email_not_empty(email(""), "").error().message, "Your message is empty.");
}

TEST(EmailChecks, RefuseALongMessage)
{
    EXPECT_TRUE(check_email_length(2'000'000));
    const auto refused = check_email_length(2'000'001);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::bad_request);
    EXPECT_EQ(refused.error().message,
              "Your message is too long. Emails cannot be longer than 2000000 bytes. Your message is 2000001 bytes.");
}

TEST(Email, SizeIsThatOfTheBodyForTheApi)
{
    const auto content = email("  é ((a)) ");
    const auto values = with({{"a", "bc"}});
    EXPECT_EQ(render_email(content, values).size, render_email_body_for_api(content, values).size());
    EXPECT_EQ(render_email(content, values).size, 5U);
}

}  // namespace
}  // namespace herald::rendering
