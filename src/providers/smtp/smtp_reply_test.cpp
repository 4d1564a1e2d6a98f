#include "providers/smtp/smtp_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using State = SmtpReplyRead::State;
using testing::ElementsAre;

TEST(SmtpReply, is_read_with_its_enhanced_code)
{
    const auto read = read_smtp_reply("550 5.1.1 <a@example.org> unknown\r\n");
    ASSERT_EQ(read.state, State::complete);
    EXPECT_EQ(read.reply.code, 550);
    EXPECT_EQ(read.reply.kind(), 5);
    EXPECT_EQ(read.reply.enhanced, "5.1.1");
    EXPECT_EQ(read.reply.codes(), "550 5.1.1");
    EXPECT_EQ(read.used, 35U);
}

TEST(SmtpReply, may_have_many_lines_and_leaves_what_follows)
{
    const std::string_view reply = "250-first\r\n250-\r\n250 last\r\n";
    const auto read = read_smtp_reply(std::string(reply) + "354 next\r\n");
    ASSERT_EQ(read.state, State::complete);
    EXPECT_EQ(read.used, reply.size());
    EXPECT_THAT(read.reply.lines, ElementsAre("first", "", "last"));
}

TEST(SmtpReply, is_incomplete_until_its_last_byte)
{
    const std::string_view reply = "250-first\r\n250 2.0.0 last\r\n";
    for (std::size_t size = 0; size < reply.size(); ++size)
        EXPECT_EQ(read_smtp_reply(reply.substr(0, size)).state, State::incomplete) << size;
}

TEST(SmtpReply, may_be_nothing_but_a_code_and_end_with_a_bare_line_feed)
{
    EXPECT_EQ(read_smtp_reply("250\r\n").state, State::complete);
    EXPECT_EQ(read_smtp_reply("250\n").state, State::complete);
    EXPECT_EQ(read_smtp_reply("250 \r\n").state, State::complete);
}

TEST(SmtpReply, is_malformed_when_it_is_something_else)
{
    for (const char* text : {"\r\n", "25\r\n", "25x hello\r\n", "150 hello\r\n", "600 hello\r\n", "2500 hello\r\n",
                             "250_hello\r\n", "250-one\r\n251 two\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400\r\n"})
        EXPECT_EQ(read_smtp_reply(text).state, State::malformed) << text;
}

TEST(SmtpReply, is_malformed_when_it_does_not_end)
{
    EXPECT_EQ(read_smtp_reply(std::string(kMaxSmtpReply, '2')).state, State::malformed);
    std::string lines;
    while (lines.size() < kMaxSmtpReply) lines += "250-more\r\n";
    EXPECT_EQ(read_smtp_reply(lines).state, State::malformed);
}

TEST(SmtpReply, has_no_enhanced_code_that_is_of_another_class_or_form)
{
    for (const char* text : {"550 4.1.1 x", "550 5.1 x", "550 5..1 x", "550 5.1.1234 x", "550 5.1.a x", "550 a@b.c x",
                             "550 5.1.1@example.org", "550 5.1.1.1"})
        EXPECT_EQ(read_smtp_reply(std::string(text) + "\r\n").reply.enhanced, "") << text;
    EXPECT_EQ(read_smtp_reply("550 5.7.123\r\n").reply.enhanced, "5.7.123");
}

TEST(SmtpReply, to_ehlo_offers_keywords_but_not_in_its_greeting)
{
    const auto hello =
        read_smtp_reply("250-SIZE greets you\r\n250-size 1000\r\n250-AUTH LOGIN plain\r\n250 STARTTLS\r\n");
    EXPECT_EQ(offered(hello.reply, "SIZE"), "1000");
    EXPECT_EQ(offered(hello.reply, "STARTTLS"), "");
    EXPECT_EQ(offered(hello.reply, "SMTPUTF8"), std::nullopt);
    const auto ways = offered(hello.reply, "AUTH").value_or("");
    EXPECT_TRUE(lists_word(ways, "PLAIN"));
    EXPECT_TRUE(lists_word(ways, "LOGIN"));
    EXPECT_FALSE(lists_word(ways, "LOG"));
}

}  // namespace
}  // namespace herald
