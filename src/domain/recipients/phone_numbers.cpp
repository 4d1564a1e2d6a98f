#include "domain/recipients/phone_numbers.hpp"

#include <algorithm>
#include <array>

namespace herald::phones
{
namespace
{

constexpr int kNorthAmerica = 1;

// Areas of +1 that are countries with rates of their own in the family's table of billing rates: American Samoa,
// Bahamas, Barbados, Anguilla, Antigua, British Virgin Islands, Cayman Islands, Bermuda, Grenada, Turks and Caicos,
// Jamaica, Montserrat, Sint Maarten, Saint Lucia, Dominica, Saint Vincent, Trinidad, Saint Kitts.
constexpr std::array<std::string_view, 18> kCountryAreas = {
    "684", "242", "246", "264", "268", "284", "345", "441", "473",
    "649", "876", "664", "721", "758", "767", "784", "868", "869",
};

bool all_digits(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

const Util& util()
{
    static const Util& instance = *Util::GetInstance();
    return instance;
}

std::optional<Parsed> read_plain(std::string_view text, const PlainForm& form)
{
    if (text.starts_with(form.country))
        text.remove_prefix(form.country.size());
    else if (text.size() == form.length + 1 && text.front() == form.trunk)
        text.remove_prefix(1);
    if (text.size() != form.length || !all_digits(text)) return std::nullopt;
    if (!form.first_digit.contains(text.front())) return std::nullopt;

    std::uint64_t national = 0;
    for (const char c : text) national = national * 10 + static_cast<std::uint64_t>(c - '0');
    Parsed number;
    number.set_country_code(form.country_code);
    number.set_national_number(national);
    return number;
}

std::string country_prefix(const Parsed& number)
{
    auto prefix = std::to_string(number.country_code());
    if (number.country_code() != kNorthAmerica) return prefix;
    const auto area = std::to_string(number.national_number()).substr(0, 3);
    if (std::ranges::find(kCountryAreas, area) != kCountryAreas.end()) prefix += area;
    return prefix;
}

PhoneNumber to_phone_number(const Parsed& number, bool international)
{
    PhoneNumber phone;
    util().Format(number, Util::E164, &phone.e164);
    phone.country_prefix = country_prefix(number);
    phone.international = international;
    return phone;
}

}  // namespace herald::phones
