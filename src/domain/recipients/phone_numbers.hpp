// What the two families of phone rules share: libphonenumber's types and the plain forms of a number.
#pragma once

#include <phonenumbers/phonenumberutil.h>

#include <optional>
#include <string>
#include <string_view>

#include "domain/recipients/recipient.hpp"

namespace herald::phones
{

using Util = i18n::phonenumbers::PhoneNumberUtil;
using Parsed = i18n::phonenumbers::PhoneNumber;

const Util& util();

// libphonenumber's region for "none known": only text with a plus can be read.
inline const std::string kNoRegion = "ZZ";

// How numbers of one country are written without punctuation: [trunk]digits or +country digits.
struct PlainForm
{
    int country_code = 0;
    std::string_view country;      // "+44"
    char trunk = '0';              // may stand before the national digits
    std::string_view first_digit;  // the digits that such a number can begin with; the trunk digit is never among them
    std::size_t length = 10;       // of the national digits
};

// The number that libphonenumber's Parse would read from such text, without its many regular expressions (10 µs).
// Nothing when the text is in any other form. Whether the number is valid remains to be asked.
std::optional<Parsed> read_plain(std::string_view text, const PlainForm& form);

// "44", or country and area where an area of +1 is a country of its own.
std::string country_prefix(const Parsed& number);

PhoneNumber to_phone_number(const Parsed& number, bool international);

// The family with alphagov's rules.
Result<PhoneNumber> parse_uk(std::string_view text);

}  // namespace herald::phones
