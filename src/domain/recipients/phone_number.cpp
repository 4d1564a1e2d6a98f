// The rules of GSA/notifications-utils at 2feb97a (recipients.py), as its API applies them: a number is first read as a
// national one; what does not belong to the default region's country must carry a plus.
//
// There the texts of libphonenumber's exceptions reach the client. The C++ library has codes instead, so the texts are
// said here.
#include <algorithm>

#include "domain/recipients/phone_numbers.hpp"

namespace herald
{
namespace
{

using phones::Parsed;
using phones::Util;

// The Python library refuses longer text before looking at it.
constexpr std::size_t kLongestText = 250;
constexpr std::size_t kShortestInternational = 8;
constexpr std::size_t kLongestInternational = 15;
constexpr std::size_t kNorthAmericanDigits = 10;

constexpr phones::PlainForm kUnitedStates = {
    .country_code = 1, .country = "+1", .trunk = '1', .first_digit = "23456789", .length = kNorthAmericanDigits};

Failure fail_phone(std::string text)
{
    return fail(ErrorKind::invalid_phone, std::move(text));
}

std::size_t count_characters(std::string_view text)
{
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
    return count;
}

// libphonenumber starts to read at the first digit or plus (ASCII or full-width).
bool starts_with_plus(std::string_view text)
{
    const auto plus = std::min(text.find('+'), text.find("＋"));
    return plus != std::string_view::npos && plus < text.find_first_of("0123456789");
}

std::string parse_error_text(Util::ErrorType error, std::string_view text)
{
    switch (error)
    {
        case Util::INVALID_COUNTRY_CODE_ERROR:
            return starts_with_plus(text) ? "Not a valid country prefix" : "Missing or invalid default region.";
        case Util::TOO_SHORT_AFTER_IDD:
            return "Phone number had an IDD, but after this was not long enough to be a viable phone number.";
        case Util::TOO_SHORT_NSN:
            return "The string supplied is too short to be a phone number.";
        case Util::TOO_LONG_NSN:
            return "The string supplied is too long to be a phone number.";
        default:
            return "The string supplied did not seem to be a phone number.";
    }
}

// Not so for a country that shares the code.
bool is_home(const Parsed& number, int home)
{
    return number.country_code() == home && phones::country_prefix(number) == std::to_string(home);
}

bool is_valid(const Parsed& number)
{
    static const std::string kMostLikely = "US";  // half the work, when it holds
    return phones::util().IsValidNumberForRegion(number, kMostLikely) || phones::util().IsValidNumber(number);
}

Result<PhoneNumber> check_north_american(const Parsed& number)
{
    if (is_valid(number)) return phones::to_phone_number(number, false);
    // Digits as the reference counts them: leading zeros are not part of the number.
    const auto digits = std::to_string(number.national_number()).size();
    if (digits > kNorthAmericanDigits) return fail_phone("Too many digits");
    if (digits < kNorthAmericanDigits) return fail_phone("Not enough digits");
    if (phones::util().IsPossibleNumber(number)) return fail_phone("Phone number range is not in use");
    return fail_phone("Phone number is not possible");
}

Result<PhoneNumber> check_national(const Parsed& number)
{
    if (number.country_code() == kUnitedStates.country_code) return check_north_american(number);
    if (phones::util().IsValidNumber(number)) return phones::to_phone_number(number, false);
    switch (phones::util().IsPossibleNumberWithReason(number))
    {
        case Util::TOO_LONG:
            return fail_phone("Too many digits");
        case Util::TOO_SHORT:
        case Util::IS_POSSIBLE_LOCAL_ONLY:
            return fail_phone("Not enough digits");
        case Util::IS_POSSIBLE:
            return fail_phone("Phone number range is not in use");
        default:
            return fail_phone("Phone number is not possible");
    }
}

Result<PhoneNumber> check_international(const Parsed& number)
{
    const auto digits = std::to_string(number.country_code()).size() + std::to_string(number.national_number()).size();
    if (digits < kShortestInternational) return fail_phone("Not enough digits");
    if (digits > kLongestInternational) return fail_phone("Too many digits");
    return phones::to_phone_number(number, true);
}

// The reference reads what is not a national number again, now without a region.
Result<PhoneNumber> read_international(std::string_view text)
{
    Parsed number;
    const auto error = phones::util().Parse(std::string(text), phones::kNoRegion, &number);
    if (error != Util::NO_PARSING_ERROR) return fail_phone(parse_error_text(error, text));
    return check_international(number);
}

bool parses(std::string_view text, const std::string& region, Parsed& number)
{
    return phones::util().Parse(std::string(text), region, &number) == Util::NO_PARSING_ERROR;
}

}  // namespace

Result<PhoneNumber> parse_phone_number(std::string_view text, std::string_view default_region)
{
    if (text.size() > kLongestText && count_characters(text) > kLongestText)
        return fail_phone("The string supplied was too long to parse.");
    if (default_region == "GB") return phones::parse_uk(text);
    if (default_region == "US")
        if (const auto plain = phones::read_plain(text, kUnitedStates);
            plain && is_home(*plain, kUnitedStates.country_code))
            return check_national(*plain);

    const std::string region(default_region);
    const int home = phones::util().GetCountryCodeForRegion(region);
    Parsed number;
    // Behind a plus a number reads the same in every region: one reading will do.
    if (text.starts_with('+') && parses(text, phones::kNoRegion, number))
        return is_home(number, home) ? check_national(number) : check_international(number);
    if (parses(text, region, number) && is_home(number, home)) return check_national(number);
    return read_international(text);
}

}  // namespace herald
