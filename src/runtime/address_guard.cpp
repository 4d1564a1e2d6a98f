#include "runtime/address_guard.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace herald
{

namespace
{

namespace ip = boost::asio::ip;

struct Block
{
    std::array<std::uint8_t, 16> start;
    unsigned prefix;  // bits
};

constexpr Block kNotPublicV4[] = {
    {{0}, 8},                  // this network
    {{10}, 8},                 // private
    {{100, 64}, 10},           // carrier-grade NAT; some clouds' metadata, too
    {{127}, 8},                // loopback
    {{168, 63, 129, 16}, 32},  // the host's own service in Azure, in public space
    {{169, 254}, 16},          // link-local; the clouds' metadata
    {{172, 16}, 12},           // private
    {{192, 0, 0}, 24},         // IETF protocol assignments
    {{192, 0, 2}, 24},         // documentation
    {{192, 88, 99}, 24},       // 6to4 relays
    {{192, 168}, 16},          // private
    {{198, 18}, 15},           // benchmarks
    {{198, 51, 100}, 24},      // documentation
    {{203, 0, 113}, 24},       // documentation
    {{224}, 4},                // multicast
    {{240}, 4},                // reserved, broadcast
};

constexpr Block kGlobalV6 = {{0x20}, 3};  // all that IANA has given out as unicast

constexpr Block kNotPublicV6[] = {
    {{0x20, 0x01, 0x00}, 23},        // IETF protocol assignments, Teredo, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

struct Carrier
{
    Block block;
    std::size_t offset;  // of the IPv4 address inside
};

constexpr Carrier kCarriers[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

bool contains(const Block& block, std::span<const std::uint8_t> address)
{
    const std::size_t whole = block.prefix / 8;
    if (!std::equal(block.start.begin(), block.start.begin() + static_cast<std::ptrdiff_t>(whole), address.begin()))
        return false;
    const unsigned rest = block.prefix % 8;
    if (rest == 0) return true;
    return ((block.start[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

template <std::size_t Count>
bool any_contains(const Block (&blocks)[Count], std::span<const std::uint8_t> address)
{
    return std::any_of(std::begin(blocks), std::end(blocks),
                       [&](const Block& block) { return contains(block, address); });
}

bool is_public_v4(std::span<const std::uint8_t> bytes)
{
    return !any_contains(kNotPublicV4, bytes);
}

bool is_public_v6(std::span<const std::uint8_t> bytes)
{
    for (const Carrier& carrier : kCarriers)
    {
        if (contains(carrier.block, bytes)) return is_public_v4(bytes.subspan(carrier.offset, 4));
    }
    return contains(kGlobalV6, bytes) && !any_contains(kNotPublicV6, bytes);
}

}  // namespace

bool is_public_address(const ip::address& address)
{
    if (address.is_v4())
    {
        const auto bytes = address.to_v4().to_bytes();
        return is_public_v4(bytes);
    }
    const auto bytes = address.to_v6().to_bytes();
    return is_public_v6(bytes);
}

bool is_public_address(const sockaddr& address)
{
    if (address.sa_family == AF_INET)
    {
        sockaddr_in v4 = {};
        std::memcpy(&v4, &address, sizeof v4);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return is_public_v4(bytes);
    }
    if (address.sa_family == AF_INET6)
    {
        sockaddr_in6 v6 = {};
        std::memcpy(&v6, &address, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return is_public_v6(bytes);
    }
    return false;
}

}  // namespace herald
