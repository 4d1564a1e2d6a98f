#include "runtime/outbound_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;

// Where an attacker would have the service's calls go.
constexpr const char* kAttacks[] = {
    // the machine itself
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1.:443/",
    "https://0x7f.1./",
    "https://10.1./",
    "https://town.example../",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://a.localhost/",
    "https://localhost.localdomain/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    // the cloud's metadata
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://2852039166/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:a9fe:a9fe::1]/",
    "https://[fd00:ec2::254]/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://metadata.google.internal/",
    // the network around
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[2001:db8::1]/",
    "https://intranet/",
    "https://wiki.corp.internal/",
    "https://printer.local/",
    "https://router.lan/",
    "https://nas.home.arpa/",
    // other services than the web
    "https://town.example:22/",
    "https://town.example:25/",
    "https://town.example:80/",
    "https://town.example:0/",
    // other schemes, and none
    "http://town.example/",
    "ftp://town.example/",
    "file:///etc/passwd",
    "gopher://town.example/",
    "dict://town.example:11211/",
    "javascript:alert(1)",
    "//town.example/",
    "town.example/receipts",
    "",
    "https://",
    "https:///path",
    // what parsers do not agree on
    "https://ada@town.example/",
    "https://ada:secret@town.example/",
    "https://town.example@169.254.169.254/",
    "https://town.example:443@127.0.0.1/",
    "https://town.example\\@127.0.0.1/",
    "https://127.0.0.1\\.town.example/",
    "https://%6c%6f%63%61%6c%68%6f%73%74/",
    "https://town.example%00.evil.example/",
    "https://town.example%2f@127.0.0.1/",
    "https://[::1",
    "https://[127.0.0.1]/",
    "https://town.example:99999/",
    "https://town.example:-1/",
    "https://town.example /",
    "https://town.example/a b",
    "https://town.example/\r\nHost: evil.example",
    "https://t\xc3\xb6wn.example/",
};

TEST(OutboundUrl, RefusesWhatIsNotAPublicPlaceOfTheWeb)
{
    for (const char* url : kAttacks) EXPECT_FALSE(check_outbound_url(url, {}).has_value()) << url;
}

TEST(OutboundUrl, LetsAPublicPlaceThrough)
{
    for (const char* url :
         {"https://town.example/receipts", "https://town.example", "https://TOWN.example:443/a?b=c&d=%20",
          "https://town.example:8443/", "https://town.example./", "https://8.8.8.8/",
          "https://[2606:4700:4700::1111]/x", "https://localhost.town.example/", "https://notlocal.example/",
          "https://xn--twn-sna.example/", "https://town.example/user@example/a:b"})
    {
        const auto checked = check_outbound_url(url, {});
        EXPECT_TRUE(checked.has_value()) << url << ": " << (checked ? "" : checked.error().message);
    }
    EXPECT_TRUE(check_outbound_url("https://town.example/" + std::string(479, 'a'), {}).has_value());
    EXPECT_FALSE(check_outbound_url("https://town.example/" + std::string(480, 'a'), {}).has_value());
}

TEST(OutboundUrl, IsLessStrictWhereTheOperatorSaysSo)
{
    const OutboundRule with_http{true, false};
    EXPECT_TRUE(check_outbound_url("http://town.example/", with_http).has_value());
    EXPECT_FALSE(check_outbound_url("http://town.example:443/", with_http).has_value());
    EXPECT_FALSE(check_outbound_url("http://127.0.0.1/", with_http).has_value());
    const OutboundRule with_private{false, true};
    for (const char* url : {"https://127.0.0.1:8443/", "https://intranet/", "https://10.0.0.1:81/", "https://[::1]/"})
        EXPECT_TRUE(check_outbound_url(url, with_private).has_value()) << url;
    EXPECT_FALSE(check_outbound_url("http://127.0.0.1:8080/", with_private).has_value());
    EXPECT_FALSE(check_outbound_url("https://ada:secret@intranet/", with_private).has_value());
}

TEST(OutboundUrl, TellsWhatIsWrongWithoutTheUrl)
{
    const auto refused = check_outbound_url("https://ada:hunter2@town.example/secret-path", {});
    EXPECT_THAT(refused.error().message, HasSubstr("bearer token"));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(check_outbound_url("https://10.0.0.1/", {}).error().message,
                HasSubstr("callbacks.allow_private_addresses"));
    EXPECT_THAT(check_outbound_url("http://town.example/", {}).error().message, HasSubstr("callbacks.allow_http"));
}

}  // namespace
}  // namespace herald
