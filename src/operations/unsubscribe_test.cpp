#include "operations/unsubscribe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using ::testing::MatchesRegex;

const ServiceId kService{Uuid::parse("01900000-0000-7000-8000-000000000001").value()};
const NotificationId kMessage{Uuid::parse("01900000-0000-7000-8000-000000000002").value()};

TEST(UnsubscribeToken, SaysWhatItIsOfAndNothingThatCanBeRead)
{
    const auto keys = KeyRing::generate();
    const auto url = unsubscribe_url(keys, "https://api.example.gov", kService, kMessage, "ada@town.example");
    EXPECT_THAT(url, MatchesRegex("https://api\\.example\\.gov/unsubscribe/[A-Za-z0-9_-]{108}"));
    const auto token = url.substr(url.rfind('/') + 1);
    const auto link = read_unsubscribe_token(keys, token);
    ASSERT_TRUE(link);
    EXPECT_EQ(link->service_id, kService);
    EXPECT_EQ(link->notification_id, kMessage);
    const auto hash = keys.search_hash("ada@town.example");
    EXPECT_EQ(link->recipient_hash, std::string(reinterpret_cast<const char*>(hash.data()), hash.size()));
    EXPECT_EQ(base64url_decode(token)->find("ada"), std::string::npos);
}

TEST(UnsubscribeToken, IsBelievedWholeAndOfOurKeyOnly)
{
    const auto keys = KeyRing::generate();
    const auto token = unsubscribe_token(keys, {kService, kMessage, std::string(32, 'h')});
    ASSERT_TRUE(read_unsubscribe_token(keys, token));
    EXPECT_TRUE(read_unsubscribe_token(keys.with_new_key(), token));
    EXPECT_FALSE(read_unsubscribe_token(KeyRing::generate(), token));
    for (std::size_t i = 0; i < token.size(); ++i)
    {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(read_unsubscribe_token(keys, changed)) << i;
        EXPECT_FALSE(read_unsubscribe_token(keys, token.substr(0, i))) << i;
    }
    for (const auto* text : {"", "A", "====", "\xff"}) EXPECT_FALSE(read_unsubscribe_token(keys, text));
    EXPECT_FALSE(read_unsubscribe_token(keys, token + "A"));
    EXPECT_FALSE(read_unsubscribe_token(keys, std::string(1'000'000, 'A')));
}

}  // namespace
}  // namespace herald
