#include "providers/mime.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "providers/mime_encoding.hpp"

namespace herald
{
namespace
{

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

MimeMessage plain_message()
{
    MimeMessage message;
    message.message_id = "0192f0c1-2a1b-7000-8000-000000000001@herald.example";
    message.date = *parse_iso8601("2026-11-23T09:05:07.000123Z");
    message.from_name = "Benefits Office";
    message.from = *parse_mail_address("benefits@herald.example", "from");
    message.to = *parse_mail_address("person@example.org", "to");
    message.subject = "Your appointment";
    message.text = "Hello\nthere";
    message.html = "<p>Hello</p>";
    return message;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < text.size();)
    {
        const auto end = text.find("\r\n", start);
        lines.push_back(text.substr(start, end - start));
        if (end == std::string::npos) break;
        start = end + 2;
    }
    return lines;
}

// What a reader makes of base64 encoded words: adjacent ones join without the fold between them.
std::string decoded_words(std::string text)
{
    std::string out;
    for (const auto& line : lines_of(text))
    {
        const auto start = line.find("=?utf-8?B?");
        const auto end = line.rfind("?=");
        if (start == std::string::npos) return text;
        out += *base64_decode(line.substr(start + 10, end - start - 10));
    }
    return out;
}

TEST(Mime, writes_a_message_with_both_parts)
{
    EXPECT_EQ(*build_mime(plain_message()),
              "Date: Mon, 23 Nov 2026 09:05:07 +0000\r\n"
              "From: \"Benefits Office\" <benefits@herald.example>\r\n"
              "To: person@example.org\r\n"
              "Subject: Your appointment\r\n"
              "Message-ID: <0192f0c1-2a1b-7000-8000-000000000001@herald.example>\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: multipart/alternative; boundary=\"=_herald_alternative\"\r\n"
              "\r\n--=_herald_alternative\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n"
              "\r\nHello\r\nthere\r\n"
              "\r\n--=_herald_alternative\r\n"
              "Content-Type: text/html; charset=utf-8\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n"
              "\r\n<p>Hello</p>\r\n"
              "\r\n--=_herald_alternative--\r\n");
}

TEST(Mime, leaves_out_the_multipart_frame_without_html)
{
    auto message = plain_message();
    message.html.clear();
    EXPECT_THAT(*build_mime(message), Not(HasSubstr("multipart")));
    EXPECT_THAT(*build_mime(message), HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
}

TEST(Mime, writes_reply_to_and_the_two_unsubscribe_headers)
{
    auto message = plain_message();
    message.reply_to = *parse_mail_address("help@office.example", "reply_to");
    message.one_click_unsubscribe_url = "https://herald.example/u?t=1";
    const auto text = *build_mime(message);
    EXPECT_THAT(text, HasSubstr("\r\nReply-To: help@office.example\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nList-Unsubscribe: <https://herald.example/u?t=1>\r\n"
                                "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

TEST(Mime, CarriesEveryUnsubscribeLinkThatIsAccepted)
{
    auto message = plain_message();
    const std::string tail(1'900, 'x');
    message.one_click_unsubscribe_url = "https://herald.example/a,b?" + tail;
    const auto text = *build_mime(message);
    const auto start = text.find("List-Unsubscribe: <");
    ASSERT_NE(start, std::string::npos);
    std::string header = text.substr(start, text.find(">\r\n", start) - start);
    for (std::size_t at = 0; at < header.size();)
    {
        const auto end = std::min(header.find("\r\n", at), header.size());
        EXPECT_LE(end - at, 998U);
        at = end + 2;
    }
    for (auto fold = header.find("\r\n "); fold != std::string::npos; fold = header.find("\r\n "))
        header.erase(fold, 3);
    EXPECT_EQ(header, "List-Unsubscribe: <https://herald.example/a%2Cb?" + tail);
    message.one_click_unsubscribe_url = "https://" + std::string(1'993, 'x');
    EXPECT_FALSE(build_mime(message));
}

TEST(Mime, refuses_line_breaks_and_nul_in_every_header_value)
{
    using namespace std::string_literals;
    for (const auto& bad : {"x\r\nBcc: a@b.example"s, "x\nBcc: a@b.example"s, "x\rBcc: a@b.example"s, "x\0y"s})
    {
        auto in_subject = plain_message();
        in_subject.subject = bad;
        EXPECT_FALSE(build_mime(in_subject));
        auto in_name = plain_message();
        in_name.from_name = bad;
        EXPECT_FALSE(build_mime(in_name));
        auto in_from = plain_message();
        in_from.from.text = bad + "@herald.example";
        EXPECT_FALSE(build_mime(in_from));
        auto in_to = plain_message();
        in_to.to.text = bad + "@herald.example";
        EXPECT_FALSE(build_mime(in_to));
        auto in_reply = plain_message();
        in_reply.reply_to = MailAddress{bad + "@herald.example", false};
        EXPECT_FALSE(build_mime(in_reply));
        auto in_id = plain_message();
        in_id.message_id = bad + "@herald.example";
        EXPECT_FALSE(build_mime(in_id));
        auto in_notification_id = plain_message();
        in_notification_id.notification_id = bad;
        EXPECT_FALSE(build_mime(in_notification_id));
        auto in_url = plain_message();
        in_url.one_click_unsubscribe_url = "https://herald.example/" + bad;
        EXPECT_FALSE(build_mime(in_url));
    }
}

TEST(Mime, carries_the_notification_s_id_where_there_is_one)
{
    auto message = plain_message();
    EXPECT_THAT(*build_mime(message), Not(HasSubstr("X-Notification-Id")));
    message.notification_id = "0192f0c1-2a1b-7000-8000-000000000001";
    EXPECT_THAT(*build_mime(message), HasSubstr("\r\nX-Notification-Id: 0192f0c1-2a1b-7000-8000-000000000001\r\n"));
}

TEST(Mime, names_the_field_but_not_the_value_that_it_refuses)
{
    auto message = plain_message();
    message.to.text = "someone private@example.org";
    const auto refused = build_mime(message);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::validation);
    EXPECT_EQ(refused.error().message, "to has a character that is not allowed");
}

TEST(Mime, refuses_header_text_that_is_not_utf8)
{
    auto message = plain_message();
    message.subject = "caf\xe9";
    EXPECT_FALSE(build_mime(message));
}

TEST(Mime, refuses_unsubscribe_links_that_are_not_plain_https)
{
    for (const char* url :
         {"http://herald.example/u", "mailto:u@herald.example", "https://a.example/>,<https://b.example/"})
    {
        auto message = plain_message();
        message.one_click_unsubscribe_url = url;
        EXPECT_FALSE(build_mime(message)) << url;
    }
}

TEST(Mime, keeps_every_encoded_line_within_76_characters)
{
    auto message = plain_message();
    message.from_name =
        std::string(60, 'n') + " – Ministère de l’Intérieur et des très longues dénominations officielles";
    for (int i = 0; i < 40; ++i) message.subject += " 通知 ñandú 🐘";
    message.text = std::string(5'000, 'x') + " = \t\n" + std::string(200, ' ') + "\n";
    for (int i = 0; i < 500; ++i) message.html += "Привет, мир. ";
    for (const auto& line : lines_of(*build_mime(message))) EXPECT_LE(line.size(), 76U) << line;
}

TEST(Mime, encodes_a_subject_so_that_it_reads_back)
{
    std::string subject;
    for (int i = 0; i < 30; ++i) subject += "Größe 🐘通知 ";
    EXPECT_EQ(decoded_words(mime::header_text(subject, 9)), subject);
    EXPECT_EQ(decoded_words(mime::header_text("=?utf-8?Q?not_encoded?=", 9)), "=?utf-8?Q?not_encoded?=");
    EXPECT_EQ(decoded_words(mime::header_text(" leading and  double", 9)), " leading and  double");
    EXPECT_EQ(decoded_words(mime::header_text(std::string(300, 'w'), 9)), std::string(300, 'w'));
}

TEST(Mime, folds_a_long_plain_subject_between_words)
{
    EXPECT_EQ(
        mime::header_text("A subject that goes on for longer than one line of a header may be, so it is folded", 9),
        "A subject that goes on for longer than one line of a header may be,\r\n so it is folded");
    EXPECT_EQ(mime::header_text("", 9), "");
}

TEST(Mime, quotes_a_display_name)
{
    EXPECT_EQ(mime::header_phrase(R"(Tax, "Fees" \ Fines <x@y>)", 6), R"("Tax, \"Fees\" \\ Fines <x@y>")");
    EXPECT_EQ(decoded_words(mime::header_phrase("Ministère", 6)), "Ministère");
    auto message = plain_message();
    message.from_name.clear();
    EXPECT_THAT(*build_mime(message), HasSubstr("\r\nFrom: benefits@herald.example\r\n"));
}

TEST(Mime, protects_what_quoted_printable_must_protect)
{
    EXPECT_EQ(mime::encode_body("a=b \nc\t\n\n.dot\r\nlast\rend").text,
              "a=3Db=20\r\nc=09\r\n\r\n.dot\r\nlast\r\nend\r\n");
    EXPECT_EQ(mime::encode_body(std::string(77, 'x')).text, std::string(75, 'x') + "=\r\nxx\r\n");
    EXPECT_EQ(mime::encode_body(std::string(76, 'x')).text, std::string(76, 'x') + "\r\n");
    EXPECT_EQ(mime::encode_body("").text, "");
}

TEST(Mime, takes_base64_where_it_is_shorter)
{
    EXPECT_EQ(mime::encode_body("Hello, très bien, thank you").encoding, "quoted-printable");
    const auto body = mime::encode_body("Привет");
    EXPECT_EQ(body.encoding, "base64");
    EXPECT_EQ(body.text, base64_encode("Привет") + "\r\n");
}

TEST(MailAddressTest, needs_smtputf8_only_for_the_local_part)
{
    EXPECT_FALSE(parse_mail_address("o'neill+tag@example.org", "to")->needs_smtputf8);
    const auto domain = *parse_mail_address("person@exämple.org", "to");
    EXPECT_EQ(domain.text, "person@xn--exmple-cua.org");
    EXPECT_FALSE(domain.needs_smtputf8);
    const auto local = *parse_mail_address("jürgen@exämple.org", "to");
    EXPECT_EQ(local.text, "jürgen@xn--exmple-cua.org");
    EXPECT_TRUE(local.needs_smtputf8);
}

TEST(MailAddressTest, refuses_whatever_could_be_more_than_one_address)
{
    for (const char* bad :
         {"", "@", "a@", "@b.example", "nobody", "a@b.example, c@d.example", "<a@b.example>", "a b@c.example",
          "a@b@c.example", "\"a\"@b.example", "a@b.example>\r\nRCPT TO:<c@d.example", "a@b.example (x)"})
    {
        EXPECT_FALSE(parse_mail_address(bad, "to")) << bad;
    }
    EXPECT_FALSE(parse_mail_address(std::string(400, 'a') + "@b.example", "to"));
}

}  // namespace
}  // namespace herald
