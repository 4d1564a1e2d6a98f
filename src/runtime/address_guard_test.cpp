#include "runtime/address_guard.hpp"

#include <netinet/in.h>
#include <sys/un.h>

#include <gtest/gtest.h>

namespace herald
{

namespace
{

namespace ip = boost::asio::ip;

struct Row
{
    const char* address;
    bool is_public;
};

constexpr Row kRows[] = {
    // IPv4, both sides of each border
    {"0.0.0.0", false},
    {"0.255.255.255", false},
    {"1.1.1.1", true},
    {"8.8.8.8", true},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.100.100.200", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.1", false},
    {"127.255.255.255", false},
    {"128.0.0.0", true},
    {"168.63.129.15", true},
    {"168.63.129.16", false},
    {"168.63.129.17", true},
    {"169.253.255.255", true},
    {"169.254.169.254", false},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.1", false},
    {"192.0.1.0", true},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.167.255.255", true},
    {"192.168.0.1", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.100.7", false},
    {"203.0.113.7", false},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.0", false},
    {"255.255.255.255", false},
    // IPv6
    {"::", false},
    {"::1", false},
    {"::127.0.0.1", false},
    {"::8.8.8.8", false},
    {"100::1", false},
    {"1fff::1", false},
    {"2000::1", true},
    {"2001::1", false},
    {"2001:1ff:ffff::1", false},
    {"2001:200::1", true},
    {"2001:4860:4860::8888", true},
    {"2001:db8::1", false},
    {"2001:db9::1", true},
    {"2606:4700:4700::1111", true},
    {"3fff::1", false},
    {"3fff:fff::1", false},
    {"3fff:1000::1", true},
    {"4000::1", false},
    {"5f00::1", false},
    {"fc00::1", false},
    {"fd00:ec2::254", false},
    {"fe80::1", false},
    {"fec0::1", false},
    {"ff02::1", false},
    // IPv4 inside IPv6
    {"::ffff:127.0.0.1", false},
    {"::ffff:10.0.0.1", false},
    {"::ffff:169.254.169.254", false},
    {"::ffff:8.8.8.8", true},
    {"::ffff:0:8.8.8.8", false},
    {"64:ff9b::10.0.0.1", false},
    {"64:ff9b::169.254.169.254", false},
    {"64:ff9b::8.8.8.8", true},
    {"64:ff9b:1::8.8.8.8", false},
    {"2002:7f00:1::1", false},
    {"2002:a9fe:a9fe::1", false},
    {"2002:808:808::1", true},
};

}  // namespace

TEST(AddressGuard, lets_through_public_unicast_only)
{
    for (const Row& row : kRows)
        EXPECT_EQ(is_public_address(ip::make_address(row.address)), row.is_public) << row.address;
}

TEST(AddressGuard, judges_a_sockaddr_the_same_way)
{
    for (const Row& row : kRows)
    {
        const ip::address address = ip::make_address(row.address);
        sockaddr_storage storage = {};
        if (address.is_v4())
        {
            sockaddr_in v4 = {};
            v4.sin_family = AF_INET;
            v4.sin_addr.s_addr = htonl(address.to_v4().to_uint());
            std::memcpy(&storage, &v4, sizeof v4);
        }
        else
        {
            sockaddr_in6 v6 = {};
            v6.sin6_family = AF_INET6;
            std::memcpy(&v6.sin6_addr, address.to_v6().to_bytes().data(), 16);
            std::memcpy(&storage, &v6, sizeof v6);
        }
        EXPECT_EQ(is_public_address(reinterpret_cast<const sockaddr&>(storage)), row.is_public) << row.address;
    }
}

TEST(AddressGuard, refuses_other_families)
{
    sockaddr_un unix_socket = {};
    unix_socket.sun_family = AF_UNIX;
    EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr&>(unix_socket)));
}

}  // namespace herald
