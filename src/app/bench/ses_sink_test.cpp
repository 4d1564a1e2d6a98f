#include "app/bench/ses_sink.hpp"

#include <gtest/gtest.h>

namespace herald::bench
{
namespace
{

constexpr std::string_view kBody =
    R"({"EmailTags": [{"Name": "service_id", "Value": "x"}, {"Name": "notification_id", "Value": "0192f0c1-2a1b-7000-8000-000000000001"}]})";

std::string request(std::string_view body)
{
    return "POST /v2/email/outbound-emails HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(SesSink, WaitsForTheWholeRequestAndNotForTheNext)
{
    const auto whole = request(kBody);
    EXPECT_EQ(size_of_request(whole.substr(0, 20)), std::nullopt);
    EXPECT_EQ(size_of_request(whole.substr(0, whole.size() - 1)), std::nullopt);
    EXPECT_EQ(size_of_request(whole), whole.size());
    EXPECT_EQ(size_of_request(whole + "POST"), whole.size());
}

TEST(SesSink, KnowsAnEmailByItsTag)
{
    EXPECT_EQ(tagged_notification(request(kBody)), NotificationId::parse("0192f0c1-2a1b-7000-8000-000000000001"));
    EXPECT_EQ(tagged_notification(request(R"({"EmailTags": []})")), std::nullopt);
    EXPECT_EQ(tagged_notification(request("nonsense")), std::nullopt);
    EXPECT_EQ(tagged_notification("GET / HTTP/1.1\r\n\r\n" + std::string(kBody)), std::nullopt);
}

}  // namespace
}  // namespace herald::bench
