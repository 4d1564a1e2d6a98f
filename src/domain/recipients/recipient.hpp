// Recipients: who a message goes to, checked and normalised. Pure functions, safe to call from any thread.
//
// Security: the text comes from outside. Nothing here logs it, and an error never repeats it. What is accepted is a
// number of digits or an address of printable characters without white space, so it cannot end a header or a command.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "domain/notifications/notification.hpp"

namespace herald
{

struct PhoneNumber
{
    std::string e164;            // "+12028675309"
    std::string country_prefix;  // "1", "44"; "1684" and alike for countries that share +1 and have rates of their own
    bool international = false;  // not of the default region's country (a country that shares +1 is another country)
};

// `default_region` is a two-letter code. About 5 µs for the plain forms of a national number, 20 µs for others; the
// first call in a process takes some 15 ms more, while libphonenumber reads its tables.
//
// "US" and every region but "GB" follow GSA/notifications-utils: national numbers must be valid, others need a plus and
// 8-15 digits. The Error is invalid_phone with one of: "The string supplied did not seem to be a phone number.",
// "The string supplied is too short|long to be a phone number.", "The string supplied was too long to parse.",
// "Phone number had an IDD, but after this was not long enough to be a viable phone number.", "Not enough digits",
// "Too many digits", "Phone number range is not in use", "Phone number is not possible",
// "Not a valid country prefix", "Missing or invalid default region.".
//
// "GB" follows alphagov/notifications-utils, its leniencies and texts included: "Not enough digits", "Too many digits",
// "Must not contain letters or symbols", "Not a valid country prefix", "Not a UK mobile number",
// "Number is not valid – double check the phone number you entered".
Result<PhoneNumber> parse_phone_number(std::string_view text, std::string_view default_region);

// Trims (obscure spaces go wherever they stand), checks by the reference's rules and lower-cases.
// The Error is invalid_email "Not a valid email address".
Result<std::string> parse_email_address(std::string_view text);

// Simulated recipients: answered 201 and nothing is stored (the reference's and alphagov's). Takes normalised forms.
bool is_simulated_phone_number(std::string_view e164);
bool is_simulated_email_address(std::string_view normalised);

// A recipient that was checked: whoever needs one asks for this type, so that the text is read once a request.
struct Recipient
{
    std::string as_sent;         // what the API shows
    std::string normalised;      // where it goes: E.164 or the lower-cased address
    std::string country_prefix;  // sms
    bool international = false;
    bool simulated = false;
};

// By parse_phone_number or parse_email_address, with their errors.
Result<Recipient> parse_recipient(Channel channel, std::string_view text, std::string_view default_region);

}  // namespace herald
