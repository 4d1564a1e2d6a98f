#include "queue/wake_channel.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

ServiceId service_of(std::uint8_t number)
{
    ServiceId id;
    id.value.bytes[15] = number;
    return id;
}

TEST(WakeMessage, ReadsWhatItWrites)
{
    WakeMessage message;
    message.places.emplace(2, service_of(1));
    message.places.emplace(4, service_of(2));
    const auto read = WakeMessage::parse(message.to_text());
    EXPECT_EQ(read.places, message.places);
    EXPECT_FALSE(read.everywhere);
}

TEST(WakeMessage, SaysEverywhereWhenThereAreMorePlacesThanANotifyHolds)
{
    WakeMessage message;
    for (int i = 0; i < 256; ++i) message.places.emplace(2, service_of(static_cast<std::uint8_t>(i)));
    const auto text = message.to_text();
    EXPECT_LT(text.size(), 8000U);
    EXPECT_TRUE(WakeMessage::parse(text).everywhere);
}

TEST(WakeMessage, TakesTextThatIsNoMessageForEverywhere)
{
    for (const char* text : {"*", "2", "2:", ":x", "x:00000000-0000-0000-0000-000000000001",
                             "2:00000000-0000-0000-0000-000000000001,", "99999:00000000-0000-0000-0000-000000000001"})
    {
        const bool whole = std::string_view(text) == "2:00000000-0000-0000-0000-000000000001,";
        EXPECT_EQ(WakeMessage::parse(text).everywhere, !whole) << text;
    }
}

}  // namespace
}  // namespace herald
