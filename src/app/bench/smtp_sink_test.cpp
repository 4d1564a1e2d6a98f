#include "app/bench/smtp_sink.hpp"

#include <gtest/gtest.h>

namespace herald::bench
{
namespace
{

constexpr std::string_view kId = "0192f0c1-2a1b-7000-8000-000000000001";

TEST(SmtpConversation, TellsWhichMessageHasEndedAndLeavesItsReplyToTheSink)
{
    SmtpConversation server;
    EXPECT_TRUE(server.hear("EHLO herald.example").starts_with("250-"));
    EXPECT_TRUE(server.hear("MAIL FROM:<a@b>").starts_with("250"));
    EXPECT_TRUE(server.hear("RCPT TO:<c@d>").starts_with("250"));
    EXPECT_TRUE(server.hear("DATA").starts_with("354"));
    EXPECT_EQ(server.hear("X-Notification-Id: " + std::string(kId)), "");
    EXPECT_EQ(server.hear(""), "");
    EXPECT_EQ(server.hear("QUIT"), "");
    EXPECT_EQ(server.ended_message(), std::nullopt);
    EXPECT_EQ(server.hear("."), "");
    EXPECT_EQ(server.ended_message(), NotificationId::parse(kId));
    EXPECT_FALSE(server.is_over());
    EXPECT_TRUE(server.hear("QUIT").starts_with("221"));
    EXPECT_TRUE(server.is_over());
    EXPECT_EQ(server.ended_message(), std::nullopt);
}

TEST(SmtpConversation, DoesNotTakeAMessageForTheOneBefore)
{
    SmtpConversation server;
    for (const std::string_view line : {"DATA", "X-Notification-Id: 0192f0c1-2a1b-7000-8000-000000000001", ".", "DATA"})
        EXPECT_NO_THROW(std::ignore = server.hear(line));
    EXPECT_TRUE(server.hear(".").starts_with("554"));
    EXPECT_EQ(server.ended_message(), std::nullopt);
}

}  // namespace
}  // namespace herald::bench
