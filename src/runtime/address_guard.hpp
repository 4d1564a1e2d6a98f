// Which network addresses a request on behalf of a tenant may reach.
//
// Security: the wall against server-side request forgery. Only what IANA's special-purpose registries (RFC 6890 and its
// updates, read in 2023) leave as globally reachable unicast is public. An IPv6 address that carries an IPv4 address
// (mapped, NAT64, 6to4) is judged by that one. Check the address that is connected to, not the one that was looked up:
// a name may resolve to something else the second time.
#pragma once

#include <boost/asio/ip/address.hpp>

struct sockaddr;

namespace herald
{

// Pure, thread-safe.
bool is_public_address(const boost::asio::ip::address& address);
// False for any family but AF_INET and AF_INET6 (a unix socket is not public). `address` is as long as its family
// needs.
bool is_public_address(const sockaddr& address);

}  // namespace herald
