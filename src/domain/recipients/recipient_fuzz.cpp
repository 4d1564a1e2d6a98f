// Whatever comes in, a recipient that is accepted is safe to put in a header, a URL or a carrier's command, and is
// accepted again as it was normalised.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "domain/recipients/recipient.hpp"

namespace
{

void check(bool holds)
{
    if (!holds) std::abort();
}

void check_phone_number(std::string_view text, std::string_view region)
{
    const auto phone = herald::parse_phone_number(text, region);
    if (!phone) return;
    check(phone->e164.starts_with("+" + phone->country_prefix.substr(0, 1)));
    check(phone->e164.size() >= 6 && phone->e164.size() <= 21);
    check(phone->e164.find_first_not_of("0123456789", 1) == std::string::npos);
}

void check_email_address(std::string_view text)
{
    const auto address = herald::parse_email_address(text);
    if (!address) return;
    check(std::ranges::none_of(*address, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }));
    check(std::ranges::count(*address, '@') == 1);
    check(address->find_first_of("\",;:<>()[]\\") == std::string::npos);
    check(herald::parse_email_address(*address) == *address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_phone_number(text, "US");
    check_phone_number(text, "GB");
    check_email_address(text);
    return 0;
}
