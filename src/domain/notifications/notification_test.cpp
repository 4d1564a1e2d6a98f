#include "domain/notifications/notification.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace herald
{
namespace
{

TEST(NotificationStatus, EveryNameReadsBack)
{
    std::set<std::string_view> seen;
    for (const auto status : kAllStatuses)
    {
        EXPECT_EQ(parse_status(to_string(status)), status);
        EXPECT_TRUE(seen.insert(to_string(status)).second) << to_string(status);
    }
}

TEST(NotificationStatus, NamesAreTheWires)
{
    EXPECT_EQ(to_string(NotificationStatus::technical_failure), "technical-failure");
    EXPECT_EQ(to_string(NotificationStatus::pending_virus_check), "pending-virus-check");
    EXPECT_EQ(parse_status("Delivered"), std::nullopt);
    EXPECT_EQ(parse_status("technical_failure"), std::nullopt);
    EXPECT_EQ(parse_status(""), std::nullopt);
}

// The reference counts "sent" (no receipt will come) as completed, and what waits for a virus check or failed one not.
TEST(NotificationStatus, CompletedMeansNothingMoreWillHappen)
{
    std::set<std::string_view> completed;
    for (const auto status : kAllStatuses)
        if (is_completed(status)) completed.insert(to_string(status));
    EXPECT_EQ(completed, (std::set<std::string_view>{"sent", "delivered", "failed", "technical-failure",
                                                     "temporary-failure", "permanent-failure", "cancelled"}));
}

TEST(NotificationStatus, NoStatusBothAwaitsAReceiptAndIsCompleted)
{
    for (const auto status : kAllStatuses)
        EXPECT_FALSE(awaits_receipt(status) && is_completed(status)) << to_string(status);
    EXPECT_TRUE(awaits_receipt(NotificationStatus::created)) << "a receipt can overtake the answer to the hand-off";
    EXPECT_TRUE(awaits_receipt(NotificationStatus::sending));
    EXPECT_TRUE(awaits_receipt(NotificationStatus::pending));
}

TEST(Channel, NamesReadBack)
{
    EXPECT_EQ(parse_channel("email"), Channel::email);
    EXPECT_EQ(parse_channel("sms"), Channel::sms);
    EXPECT_EQ(parse_channel("letter"), std::nullopt);
    EXPECT_EQ(to_string(Channel::email), "email");
    EXPECT_EQ(to_string(Channel::sms), "sms");
}

TEST(KeyType, NamesReadBack)
{
    for (const auto type : {KeyType::normal, KeyType::team, KeyType::test})
        EXPECT_EQ(parse_key_type(to_string(type)), type);
    EXPECT_EQ(parse_key_type("live"), std::nullopt);
}

}  // namespace
}  // namespace herald
