// Which URLs of tenants may be called at all: what can be said of a URL before its name is looked up. The address that
// is connected to is judged by address_guard.hpp.
//
// Security: parsed by libcurl, which makes the request: what is judged here is what it will do. Refused: any scheme but
// https (and http, where allowed), user-info, ports below 1024 other than 443 and 80 (a mail or database server is no
// endpoint), hosts that are an address which is not public in any spelling libcurl takes (0x7f.1, 2130706433), names of
// the local machine or network, backslashes, spaces, and what is not printable ASCII.
#pragma once

#include <string>

#include "base/error.hpp"

namespace herald
{

struct OutboundRule
{
    bool http = false;               // besides https
    bool private_addresses = false;  // and local names, and any port: for development and private networks
};

// validation: a sentence for who set the URL; it holds nothing of the URL. Thread-safe.
Result<void> check_outbound_url(const std::string& url, OutboundRule rule);

}  // namespace herald
