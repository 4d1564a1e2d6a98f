#include "operations/receipt_rounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using ::testing::ElementsAre;
using enum NotificationStatus;

Receipt receipt(std::string provider, std::string reference, NotificationStatus status)
{
    Receipt made;
    made.provider = std::move(provider);
    made.reference = std::move(reference);
    made.status = status;
    return made;
}

TEST(ReceiptRounds, DifferentMessagesShareARound)
{
    const auto one = receipt("a", "r-1", delivered);
    const auto two = receipt("a", "r-2", delivered);
    const auto other = receipt("b", "r-1", pending);
    EXPECT_THAT(in_rounds({&one, &two, &other}), ElementsAre(ElementsAre(&one, &two, &other)));
    EXPECT_TRUE(in_rounds({}).empty());
}

TEST(ReceiptRounds, WhatIsToldOfOneMessageFollowsInItsOrder)
{
    const auto first = receipt("a", "r-1", pending);
    const auto other = receipt("a", "r-2", delivered);
    const auto last = receipt("a", "r-1", delivered);
    EXPECT_THAT(in_rounds({&first, &other, &last}), ElementsAre(ElementsAre(&first, &other), ElementsAre(&last)));
}

TEST(ReceiptRounds, AfterTheLastWordOnlyABounceCounts)
{
    const auto final = receipt("a", "r-1", delivered);
    const auto again = receipt("a", "r-1", delivered);
    const auto late = receipt("a", "r-1", pending);
    const auto bounce = receipt("a", "r-1", permanent_failure);
    EXPECT_THAT(in_rounds({&final, &again, &late, &bounce}), ElementsAre(ElementsAre(&final), ElementsAre(&bounce)));
}

}  // namespace
}  // namespace herald
