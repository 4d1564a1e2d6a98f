#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/recipients/recipient.hpp"

namespace herald
{
namespace
{

struct Case
{
    std::string text;
    std::string want;  // E.164, or the error's text
};

std::string outcome(std::string_view text, std::string_view region)
{
    const auto phone = parse_phone_number(text, region);
    if (phone) return phone->e164;
    EXPECT_EQ(phone.error().kind, ErrorKind::invalid_phone) << text;
    return phone.error().message;
}

void expect_all(std::string_view region, const std::vector<Case>& cases)
{
    for (const auto& [text, want] : cases) EXPECT_EQ(outcome(text, region), want) << region << ": " << text;
}

TEST(PhoneNumber, AmericanNumbersAreNormalised)
{
    expect_all("US", {
                         {"+12028675309", "+12028675309"},
                         {"2028675309", "+12028675309"},
                         {"12028675309", "+12028675309"},
                         {"(202) 867-5309", "+12028675309"},
                         {"202-867-5309", "+12028675309"},
                         {"202.867.5309", "+12028675309"},
                         {"+1 202 867 5309", "+12028675309"},
                         {"1-202-867-5309", "+12028675309"},
                         {"202 867 5309 ext 22", "+12028675309"},
                         {"tel:+1-202-867-5309", "+12028675309"},
                         {"\u200b202\u00a08675309", "+12028675309"},
                         {"２０２８６７５３０９", "+12028675309"},
                         {"1-800-FLOWERS", "+18003569377"},
                         {"2028675309\n", "+12028675309"},
                         {"+1 (604) 555-0100", "+16045550100"},
                     });
}

TEST(PhoneNumber, AmericanNumbersMustBeValid)
{
    expect_all("US", {
                         {"202867530", "Not enough digits"},
                         {"5309", "Not enough digits"},
                         {"+1 202 867 530", "Not enough digits"},
                         {"20286753099", "Too many digits"},
                         {"+120286753099", "Too many digits"},
                         {"2020675309", "Phone number range is not in use"},
                         {"5552675309", "Phone number range is not in use"},
                         {"07700900123", "Phone number is not possible"},
                         {"000202867530", "Not enough digits"},
                     });
}

TEST(PhoneNumber, ForeignNumbersNeedAPlusAndEightToFifteenDigits)
{
    expect_all("US", {
                         {"+447900900123", "+447900900123"},
                         {"+44 (0)7900 900 123", "+447900900123"},
                         {"+33 6 12 34 56 78", "+33612345678"},
                         {"+5491123456789", "+5491123456789"},
                         {"+39 06 1234 5678", "+390612345678"},
                         {"+6812345", "Not enough digits"},
                         {"+68123456", "+68123456"},
                         {"+4412345678901234", "Too many digits"},
                         {"+999 123 456 789", "Not a valid country prefix"},
                         {"+0 202 867 5309", "Not a valid country prefix"},
                         {"＋0 202 867 5309", "Not a valid country prefix"},
                         {"011 44 7900 900123", "Missing or invalid default region."},
                     });
}

TEST(PhoneNumber, WhatIsNoNumberSaysSo)
{
    expect_all("US", {
                         {"", "The string supplied did not seem to be a phone number."},
                         {"hello", "The string supplied did not seem to be a phone number."},
                         {"+", "The string supplied did not seem to be a phone number."},
                         {"1", "The string supplied did not seem to be a phone number."},
                         {"someone@example.com", "The string supplied did not seem to be a phone number."},
                         {"2028675309\r\nBcc: 2028675310", "The string supplied did not seem to be a phone number."},
                         {std::string("202867\0005309", 11), "The string supplied did not seem to be a phone number."},
                         {"\xff\xfe", "The string supplied did not seem to be a phone number."},
                         {"+12", "The string supplied did not seem to be a phone number."},
                         {std::string(251, '2'), "The string supplied was too long to parse."},
                         {"+44" + std::string(25, '2'), "The string supplied is too long to be a phone number."},
                         {std::string(30, '2'), "Missing or invalid default region."},
                     });
}

// Countries within +1 have rates of their own, so they are abroad; without a plus they cannot be told from home.
TEST(PhoneNumber, CountriesWithinTheNorthAmericanPlanAreAbroad)
{
    const auto jamaica = parse_phone_number("+18765551234", "US");
    ASSERT_TRUE(jamaica);
    EXPECT_EQ(jamaica->country_prefix, "1876");
    EXPECT_TRUE(jamaica->international);
    EXPECT_EQ(outcome("8765551234", "US"), "Missing or invalid default region.");

    const auto puerto_rico = parse_phone_number("7875551234", "US");
    ASSERT_TRUE(puerto_rico);
    EXPECT_EQ(puerto_rico->country_prefix, "1");
    EXPECT_FALSE(puerto_rico->international);
}

TEST(PhoneNumber, KnowsWhetherItIsAbroad)
{
    EXPECT_FALSE(parse_phone_number("+12028675309", "US")->international);
    EXPECT_TRUE(parse_phone_number("+447900900123", "US")->international);
    EXPECT_EQ(parse_phone_number("+447900900123", "US")->country_prefix, "44");
    EXPECT_FALSE(parse_phone_number("07900900123", "GB")->international);
    EXPECT_FALSE(parse_phone_number("07797 700 123", "GB")->international) << "Jersey shares +44";
    EXPECT_TRUE(parse_phone_number("+12028675309", "GB")->international);
    EXPECT_EQ(parse_phone_number("+12028675309", "GB")->country_prefix, "1");
}

TEST(PhoneNumber, BritishNumbersAreNormalised)
{
    expect_all("GB", {
                         {"07900900123", "+447900900123"},
                         {"7900900123", "+447900900123"},
                         {"+447900900123", "+447900900123"},
                         {"447900900123", "+447900900123"},
                         {"00447900900123", "+447900900123"},
                         {"+44 (0)7900 900 123", "+447900900123"},
                         {"07900-900-123", "+447900900123"},
                         {"(07900) 900123", "+447900900123"},
                         {"\t07900\u00a0900\u200b123\n", "+447900900123"},
                         {"07700900123", "+447700900123"},
                         {"07700123456", "+447700123456"},
                         {"+12028675309", "+12028675309"},
                         {"+33 6 12 34 56 78", "+33612345678"},
                     });
}

// What alphagov forgives: about 3 % of the numbers that it is given.
TEST(PhoneNumber, BritishNumbersMayBeSlightlyWrong)
{
    expect_all("GB", {
                         {"0+447700900100", "+447700900100"},
                         {"000007700900100", "+447700900100"},
                         {"+07700900100", "+447700900100"},
                         {"0+44(0)7700900100", "+447700900100"},
                         {"07700–900–100", "+447700900100"},
                         {"07700\u2011900\u2212100", "+447700900100"},
                         {"33612345678", "+33612345678"},
                     });
}

TEST(PhoneNumber, BritishNumbersMustBeMobilesInUse)
{
    constexpr auto kInvalid = "Number is not valid – double check the phone number you entered";
    expect_all("GB", {
                         {"0790090012", kInvalid},
                         {"07900", "Not enough digits"},
                         {"", "Not enough digits"},
                         {"   ", kInvalid},
                         {"07900900123456", "Too many digits"},
                         {"02071838750", "Not a UK mobile number"},
                         {"0161 496 0000", "Not a UK mobile number"},
                         {"06900900123", kInvalid},
                         {"09012345678", kInvalid},
                         {"999", "Not enough digits"},
                         {"07900900abc", "Must not contain letters or symbols"},
                         {"07900.900.123", "Must not contain letters or symbols"},
                         {"０７９００９００１２３", "Must not contain letters or symbols"},
                         {"07900900123 ext 2", "Must not contain letters or symbols"},
                         {std::string("07900\000900123", 12), "Must not contain letters or symbols"},
                         {"+999 123 456 789", "Too many digits"},
                     });
}

TEST(PhoneNumber, OtherRegionsFollowTheSameRules)
{
    expect_all("DE", {
                         {"01512 3456789", "+4915123456789"},
                         {"01", "Not enough digits"},
                         {"0151", "Phone number range is not in use"},
                         {"+12028675309", "+12028675309"},
                         {"2028675309", "+492028675309"},
                         {"0044 7900 900123", "Missing or invalid default region."},
                     });
}

// The shortcut for plain forms must not have opinions of its own: a space in the number avoids it.
TEST(PhoneNumber, PlainFormsGetTheVerdictOfTheParser)
{
    std::uint64_t state = 1;
    const auto next_digits = [&state](std::size_t count)
    {
        std::string digits;
        while (digits.size() < count)
        {
            state = state * 6364136223846793005u + 1442695040888963407u;
            digits += static_cast<char>('0' + (state >> 33) % 10);
        }
        return digits;
    };
    for (int i = 0; i < 2000; ++i)
    {
        for (const std::string prefix : {"", "1", "+1"})
        {
            const auto digits = next_digits(10);
            EXPECT_EQ(outcome(prefix + digits, "US"), outcome(prefix + digits.substr(0, 9) + " " + digits[9], "US"))
                << prefix << digits;
        }
        for (const std::string prefix : {"", "0", "+44"})
        {
            const auto digits = "7" + next_digits(9);
            EXPECT_EQ(outcome(prefix + digits, "GB"), outcome(prefix + digits.substr(0, 9) + " " + digits[9], "GB"))
                << prefix << digits;
        }
    }
}

TEST(PhoneNumber, AnErrorNeverRepeatsTheNumber)
{
    for (const std::string text : {"20206753091", "+99912345678", "not 4 number"})
        EXPECT_EQ(outcome(text, "US").find(text), std::string::npos);
}

TEST(SimulatedRecipients, AreTheReferencesAndAlphagovs)
{
    for (const auto* number :
         {"+12028675000", "+12028675111", "+12028675222", "+447700900000", "+447700900111", "+447700900222"})
        EXPECT_TRUE(is_simulated_phone_number(number)) << number;
    EXPECT_FALSE(is_simulated_phone_number("+12028675001"));
    EXPECT_FALSE(is_simulated_phone_number(""));
    EXPECT_TRUE(is_simulated_phone_number(parse_phone_number("(202) 867-5000", "US")->e164));
    EXPECT_TRUE(is_simulated_phone_number(parse_phone_number("07700 900 111", "GB")->e164));

    EXPECT_TRUE(is_simulated_email_address("simulate-delivered@notifications.service.gov.uk"));
    EXPECT_TRUE(is_simulated_email_address("simulate-delivered-2@notifications.service.gov.uk"));
    EXPECT_TRUE(is_simulated_email_address("simulate-delivered-3@notifications.service.gov.uk"));
    EXPECT_FALSE(is_simulated_email_address("simulate-delivered-4@notifications.service.gov.uk"));
}

}  // namespace
}  // namespace herald
