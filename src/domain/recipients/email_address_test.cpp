#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "domain/recipients/recipient.hpp"

namespace herald
{
namespace
{

std::string outcome(std::string_view text)
{
    const auto address = parse_email_address(text);
    if (address) return *address;
    EXPECT_EQ(address.error().kind, ErrorKind::invalid_email);
    return address.error().message;
}

std::string repeated(std::string_view part, int times)
{
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
}

TEST(EmailAddress, ValidAddressesStayAsTheyAre)
{
    for (const std::string_view text : {
             "email@domain.com",
             "email@domain.com.au",
             "firstname.lastname@domain.com",
             "email@subdomain.domain.com",
             "firstname+lastname@domain.com",
             "1234567890@domain.com",
             "email@domain-one.com",
             "_______@domain.com",
             "email@domain.museum",
             "firstname-lastname@domain.com",
             "firstname-o'surname@domain.com",
             "!#$%&'*+/=?^_`{|}~-@domain.com",
             ".dots.at.the.edges.@domain.com",
             "email@double--hyphen.com",
             "email@123.com",
             "email@xn--r8jz45g.xn--zckzah",
             "info@例え.テスト",
             "info@german-financial-services.vermögensberatung",
             "japanese-info@例え。テスト",
             "email@💩.la",
         })
        EXPECT_EQ(outcome(text), text);
}

TEST(EmailAddress, IsTrimmedAndLowerCased)
{
    EXPECT_EQ(outcome(" \t\r\n\v\fNinja@Example.COM\r\n "), "ninja@example.com");
    EXPECT_EQ(outcome("\u200bem\u200cail\u00a0@dom\u2060ain.com\ufeff"), "email@domain.com");
    EXPECT_EQ(outcome("\u180e\u200demail@domain.com \u00a0 "), "email@domain.com");
    EXPECT_EQ(outcome("info@MÜNCHEN.DE"), "info@münchen.de");
}

TEST(EmailAddress, InvalidAddressesAreRefused)
{
    const auto invalid = {
        std::string("email@123.123.123.123"),
        std::string("email@[123.123.123.123]"),
        std::string("plainaddress"),
        std::string("@no-local-part.com"),
        std::string("no-at.example.com"),
        std::string("no-tld@domain"),
        std::string("no-tld@domain."),
        std::string("one-letter-tld@domain.c"),
        std::string("digits-in-tld@domain.c0m"),
        std::string("dot-first@.domain.com"),
        std::string("two-dots@domain..com"),
        std::string("two..dots@domain.com"),
        std::string("two-ats@@domain.com"),
        std::string("two@ats@domain.com"),
        std::string("space in@domain.com"),
        std::string("space@in domain.com"),
        std::string("tab\tin@domain.com"),
        std::string("quote\"d@domain.com"),
        std::string("semi;colon@domain.com"),
        std::string("com,ma@domain.com"),
        std::string("<angle@domain.com>"),
        std::string("Name <angle@domain.com>"),
        std::string("accent-é@domain.com"),
        std::string("under@sc_ore.com"),
        std::string("hyphen@-first.com"),
        std::string("hyphen@last-.com"),
        std::string("three@hyp---hens.com"),
        std::string("colon@domain.com:25"),
        std::string("ends.in.punycode@domain.xn--"),
        std::string("back\\slash@domain.com"),
        std::string("mixed@אa.com"),
        std::string("line-separator@dom\u2028ain.com"),
        std::string("wide-space@domain.com\u3000x"),
        std::string(""),
        std::string(" "),
        std::string("@"),
        std::string("\u200b"),
    };
    for (const auto& text : invalid) EXPECT_EQ(outcome(text), "Not a valid email address") << text;
}

// Any of these would start a new header, recipient or command in what is sent to a mail server.
TEST(EmailAddress, NothingInjectsALine)
{
    const auto attempts = {
        std::string("a@domain.com\r\nBcc: b@domain.com"),
        std::string("a@domain.com\nb"),
        std::string("a\r\n@domain.com"),
        std::string("a@dom\r\nain.com"),
        std::string("a@domain.com\0", 13),
        std::string("a\0b@domain.com", 14),
        std::string("a@domain.com\x1f"),
        std::string("a@domain.com\u0085"),
        std::string("a@domain.com\x7f"),
        std::string("a@\xff\xfe.com"),
        std::string("a@domain.c\xc3"),
    };
    for (const auto& text : attempts) EXPECT_EQ(outcome(text), "Not a valid email address") << text;
}

TEST(EmailAddress, LengthsHaveLimits)
{
    const auto host = repeated("a.", 100) + "com";
    const auto local = std::string(320 - host.size() - 1, 'x');
    EXPECT_EQ(outcome(local + "@" + host), local + "@" + host) << "320 characters";
    EXPECT_EQ(outcome("x" + local + "@" + host), "Not a valid email address") << "321 characters";

    EXPECT_EQ(outcome("a@" + std::string(63, 'b') + ".com"), "a@" + std::string(63, 'b') + ".com");
    EXPECT_EQ(outcome("a@" + std::string(64, 'b') + ".com"), "Not a valid email address") << "label";
    EXPECT_EQ(outcome("a@" + repeated("bbbbbbbbb.", 25) + "com"), "a@" + repeated("bbbbbbbbb.", 25) + "com");
    EXPECT_EQ(outcome("a@" + repeated("bbbbbbbbb.", 25) + "comm"), "Not a valid email address") << "254 in the host";
    EXPECT_EQ(outcome("a@" + repeated("ü", 63) + ".com"), "Not a valid email address") << "label in punycode";
    EXPECT_EQ(outcome(std::string(100'000, 'a') + "@domain.com"), "Not a valid email address");
}

}  // namespace
}  // namespace herald
