#include "http/internal/csv_status.hpp"

#include <gtest/gtest.h>

namespace herald::http::internal
{
namespace
{

using enum NotificationStatus;

TEST(CsvStatus, IsTheFamilysWordOfEachChannel)
{
    EXPECT_EQ(csv_status(Channel::email, permanent_failure), "Email address doesn\u2019t exist");
    EXPECT_EQ(csv_status(Channel::sms, permanent_failure), "Phone number doesn\u2019t exist");
    EXPECT_EQ(csv_status(Channel::email, temporary_failure), "Inbox not accepting messages right now");
    EXPECT_EQ(csv_status(Channel::sms, temporary_failure), "Phone not accepting messages right now");
    EXPECT_EQ(csv_status(Channel::email, sent), "Delivered");
    EXPECT_EQ(csv_status(Channel::sms, sent), "Sent internationally");
    for (const auto channel : {Channel::email, Channel::sms})
    {
        EXPECT_EQ(csv_status(channel, created), "Sending");
        EXPECT_EQ(csv_status(channel, sending), "Sending");
        EXPECT_EQ(csv_status(channel, delivered), "Delivered");
        EXPECT_EQ(csv_status(channel, failed), "Failed");
        EXPECT_EQ(csv_status(channel, technical_failure), "Technical failure");
        EXPECT_EQ(csv_status(channel, cancelled), "cancelled");
        EXPECT_EQ(csv_status(channel, pending), "pending");
    }
}

}  // namespace
}  // namespace herald::http::internal
