#include "providers/capture/mailbox.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace herald
{
namespace
{

CapturedMessage message(std::uint8_t number)
{
    CapturedMessage out;
    out.id.value.bytes[15] = number;
    out.text = std::to_string(number);
    return out;
}

TEST(MailboxTest, forgets_the_oldest_when_it_is_full)
{
    Mailbox mailbox(3);
    for (std::uint8_t i = 1; i <= 5; ++i) mailbox.take(message(i));
    const auto newest = mailbox.newest(10);
    ASSERT_EQ(newest.size(), 3U);
    EXPECT_EQ(newest[0].text, "5");
    EXPECT_EQ(newest[1].text, "4");
    EXPECT_EQ(newest[2].text, "3");
    EXPECT_FALSE(mailbox.find(message(2).id));
    EXPECT_TRUE(mailbox.find(message(3).id));
    EXPECT_EQ(mailbox.taken(), 5U);
}

TEST(MailboxTest, pages_from_the_newest)
{
    Mailbox mailbox(4);
    for (std::uint8_t i = 1; i <= 6; ++i) mailbox.take(message(i));
    const auto page = mailbox.newest(2, 1);
    ASSERT_EQ(page.size(), 2U);
    EXPECT_EQ(page[0].text, "5");
    EXPECT_EQ(page[1].text, "4");
    EXPECT_TRUE(mailbox.newest(2, 4).empty());
    EXPECT_EQ(mailbox.newest(SIZE_MAX, 3).size(), 1U);
}

TEST(MailboxTest, counts_a_message_that_comes_again)
{
    Mailbox mailbox;
    EXPECT_TRUE(mailbox.take(message(1)));
    EXPECT_FALSE(mailbox.take(message(1)));
    EXPECT_EQ(mailbox.find(message(1).id)->times_taken, 2);
    EXPECT_EQ(mailbox.taken_again(), 1U);
}

TEST(MailboxTest, shows_the_last_status)
{
    Mailbox mailbox;
    mailbox.take(message(1));
    EXPECT_FALSE(mailbox.find(message(1).id)->status);
    mailbox.set_status(message(1).id, NotificationStatus::delivered);
    mailbox.set_status(message(9).id, NotificationStatus::delivered);
    EXPECT_EQ(mailbox.find(message(1).id)->status, NotificationStatus::delivered);
}

TEST(MailboxTest, works_on_after_it_was_cleared)
{
    Mailbox mailbox(2);
    for (std::uint8_t i = 1; i <= 3; ++i) mailbox.take(message(i));
    mailbox.clear();
    EXPECT_EQ(mailbox.size(), 0U);
    for (std::uint8_t i = 1; i <= 3; ++i) mailbox.take(message(i));
    EXPECT_EQ(mailbox.newest(1)[0].text, "3");
    EXPECT_THROW(Mailbox(0), std::invalid_argument);
}

TEST(MailboxTest, is_read_while_it_is_written)
{
    Mailbox mailbox(10);
    std::thread writer(
        [&mailbox]
        {
            for (int i = 0; i < 10'000; ++i) mailbox.take(message(static_cast<std::uint8_t>(i)));
        });
    std::size_t most = 0;
    while (mailbox.taken() < 10'000) most = std::max(most, mailbox.newest(20).size());
    writer.join();
    EXPECT_LE(most, 10U);
}

}  // namespace
}  // namespace herald
