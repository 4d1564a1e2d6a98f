// GSA's numbers are American, alphagov's British; a client made for either finds its own.
#include <algorithm>
#include <array>

#include "domain/recipients/recipient.hpp"

namespace herald
{
namespace
{

constexpr std::array<std::string_view, 6> kNumbers = {
    "+12028675000", "+12028675111", "+12028675222", "+447700900000", "+447700900111", "+447700900222",
};

constexpr std::array<std::string_view, 3> kAddresses = {
    "simulate-delivered@notifications.service.gov.uk",
    "simulate-delivered-2@notifications.service.gov.uk",
    "simulate-delivered-3@notifications.service.gov.uk",
};

}  // namespace

bool is_simulated_phone_number(std::string_view e164)
{
    return std::ranges::find(kNumbers, e164) != kNumbers.end();
}

bool is_simulated_email_address(std::string_view normalised)
{
    return std::ranges::find(kAddresses, normalised) != kAddresses.end();
}

}  // namespace herald
