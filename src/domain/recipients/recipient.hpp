// Recipients: who a message goes to, checked and normalised.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace herald
{

struct PhoneNumber
{
    std::string e164;            // "+12028675309"
    std::string country_prefix;  // "1", "44"
    std::string region;          // "US", "GB"; "001" or "" when none
    bool international = false;  // relative to the default region's country code
};

// Thread-safe; about 25 µs by libphonenumber. `default_region` is a two-letter code ("US"; "GB" gives what alphagov
// gives for national numbers). The Error is invalid_phone with one of the texts of the family: "The string supplied did
// not seem to be a phone number.", "Not enough digits", "Too many digits", "Not a US number", "Phone number range is
// not in use", "Phone number is not possible", "Not a valid country prefix".
Result<PhoneNumber> parse_phone_number(std::string_view text, std::string_view default_region);

// Trims (also zero-width and obscure spaces), checks by the reference's rules and lower-cases. The Error is
// invalid_email "Not a valid email address".
Result<std::string> parse_email_address(std::string_view text);

// Simulated recipients: answered 201 and nothing is stored (the reference's and alphagov's). Takes normalised forms.
bool is_simulated_phone_number(std::string_view e164);
bool is_simulated_email_address(std::string_view normalised);

}  // namespace herald
