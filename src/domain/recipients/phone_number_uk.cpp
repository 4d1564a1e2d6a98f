// The rules of alphagov/notifications-utils (recipient_validation/phone_number.py), as its API applies them to a
// service that may not text landlines. They are lenient: what cannot be read is tried again without stray zeros and
// pluses, with typographic dashes as hyphens; a country code may lack its plus.
#include <algorithm>
#include <array>
#include <utility>

#include "domain/recipients/phone_numbers.hpp"

namespace herald::phones
{
namespace
{

constexpr int kUnitedKingdom = 44;
constexpr PlainForm kUkMobile = {
    .country_code = kUnitedKingdom, .country = "+44", .trunk = '0', .first_digit = "7", .length = 10};

// White space that may stand in a number, besides ASCII's: of no width, and spaces that do not break.
constexpr std::array<std::string_view, 8> kZeroWidth = {"\u180e", "\u200b", "\u200c", "\u200d",
                                                        "\u2060", "\ufeff", "\u2028", "\u2029"};
constexpr std::array<std::string_view, 2> kUnbroken = {"\u00a0", "\u202f"};

constexpr std::array<std::string_view, 4> kDashes = {"\u2011", "\u2013", "\u2014", "\u2212"};

Failure fail_phone(std::string text)
{
    return fail(ErrorKind::invalid_phone, std::move(text));
}

Failure fail_invalid()
{
    return fail_phone("Number is not valid – double check the phone number you entered");
}

// Takes one of `choices` from the front of `text`.
bool take_any(std::string_view& text, const auto& choices)
{
    for (const std::string_view choice : choices)
    {
        if (!text.starts_with(choice)) continue;
        text.remove_prefix(choice.size());
        return true;
    }
    return false;
}

bool has_only_number_characters(std::string_view text)
{
    while (!text.empty())
    {
        if (std::string_view(" \t\n\r\v\f()-+0123456789").contains(text.front()))
            text.remove_prefix(1);
        else if (!take_any(text, kZeroWidth) && !take_any(text, kUnbroken))
            return false;
    }
    return true;
}

// The second reading: no plus, no leading zeros, then characters as alphagov reduces them to printable ASCII.
std::string normalise_thoroughly(std::string_view text)
{
    std::string digits(text);
    std::erase(digits, '+');
    digits.erase(0, digits.find_first_not_of('0'));

    std::string reduced;
    for (std::string_view rest = digits; !rest.empty();)
    {
        if (take_any(rest, kDashes))
            reduced += '-';
        else if (take_any(rest, kUnbroken))
            reduced += ' ';
        else if (!take_any(rest, kZeroWidth))
        {
            const char c = rest.front() == '\t' ? ' ' : rest.front();
            reduced += c < ' ' ? '?' : c;
            rest.remove_prefix(1);
        }
    }
    return reduced;
}

// Ofcom keeps 07700 900000-900999 for drama, and libphonenumber calls them invalid. alphagov's expression for them
// takes every number that begins with 07700 and a digit, and so does this (but not those of other countries).
bool is_drama_number(const Parsed& number)
{
    const auto national = std::to_string(number.national_number());
    return number.country_code() == kUnitedKingdom && national.starts_with("7700") && national.size() > 4;
}

bool is_textable(Util::PhoneNumberType type)
{
    switch (type)
    {
        case Util::FIXED_LINE:
        case Util::MOBILE:
        case Util::FIXED_LINE_OR_MOBILE:
        case Util::UAN:
        case Util::PERSONAL_NUMBER:
            return true;
        default:
            return false;
    }
}

bool is_landline(Util::PhoneNumberType type)
{
    return type == Util::FIXED_LINE || type == Util::FIXED_LINE_OR_MOBILE || type == Util::UAN;
}

// Excel strips a plus: what is no British number may be a foreign one without it.
std::optional<Parsed> read_as_foreign(std::string_view text)
{
    Parsed number;
    const auto error = util().Parse("+" + std::string(text), kNoRegion, &number);
    if (error != Util::NO_PARSING_ERROR || !util().IsPossibleNumber(number)) return std::nullopt;
    return number;
}

Failure fail_impossible(Util::ValidationResult reason)
{
    switch (reason)
    {
        case Util::TOO_LONG:
            return fail_phone("Too many digits");
        case Util::TOO_SHORT:
        case Util::IS_POSSIBLE_LOCAL_ONLY:
            return fail_phone("Not enough digits");
        case Util::INVALID_COUNTRY_CODE:
            return fail_phone("Not a valid country prefix");
        default:
            return fail_invalid();
    }
}

Result<Parsed> read_possible(std::string_view text)
{
    if (auto plain = read_plain(text, kUkMobile)) return std::move(*plain);
    if (!has_only_number_characters(text)) return fail_phone("Must not contain letters or symbols");
    if (text.empty()) return fail_phone("Not enough digits");
    Parsed number;
    if (util().Parse(std::string(text), "GB", &number) != Util::NO_PARSING_ERROR) return fail_invalid();
    const auto reason = util().IsPossibleNumberWithReason(number);
    if (reason == Util::IS_POSSIBLE) return number;
    if (auto foreign = read_as_foreign(text)) return std::move(*foreign);
    return fail_impossible(reason);
}

// The type says unknown for a number that is not valid.
Result<std::pair<Parsed, Util::PhoneNumberType>> read_valid(std::string_view text)
{
    auto number = read_possible(text);
    if (!number) return std::unexpected(std::move(number.error()));
    const auto type = util().GetNumberType(*number);
    if (is_textable(type) || is_drama_number(*number)) return std::pair(std::move(*number), type);
    return fail_invalid();
}

}  // namespace

Result<PhoneNumber> parse_uk(std::string_view text)
{
    auto read = read_valid(text);
    if (!read) read = read_valid(normalise_thoroughly(text));
    if (!read) return std::unexpected(std::move(read.error()));
    const auto& [number, type] = *read;
    const bool national = number.country_code() == kUnitedKingdom;
    if (national && is_landline(type)) return fail_phone("Not a UK mobile number");
    return to_phone_number(number, !national);
}

}  // namespace herald::phones
