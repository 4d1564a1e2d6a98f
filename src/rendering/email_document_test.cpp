#include "rendering/email_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::rendering
{
namespace
{

using testing::HasSubstr;
using testing::Not;

std::string document(const Branding& branding)
{
    return wrap_in_document({.subject = "s", .preheader = "p", .body = "<p>b</p>"}, branding);
}

Branding organisation(Branding::Kind kind)
{
    Branding branding;
    branding.kind = kind;
    branding.banner_text = "Herald";
    branding.colour = "#00703c";
    branding.logo_url = "https://logos.example/a.png";
    branding.text = "Department of Parks";
    branding.alt_text = "Parks";
    return branding;
}

TEST(EmailDocument, IsWholeAndHoldsTheBody)
{
    const auto html = document({});
    EXPECT_THAT(html, testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
    EXPECT_THAT(html, testing::EndsWith("</body>\n</html>\n"));
    EXPECT_THAT(html, HasSubstr("<title>s</title>"));
    EXPECT_THAT(html, HasSubstr("<p>b</p>"));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
}

TEST(EmailDocument, HidesThePreheader)
{
    EXPECT_THAT(document({}), HasSubstr("hidden>p…</div>"));
    EXPECT_THAT(wrap_in_document({.subject = "s", .preheader = "", .body = "b"}, {}), Not(HasSubstr("hidden")));
}

TEST(EmailDocument, EscapesWhatItIsGiven)
{
    auto branding = organisation(Branding::Kind::both);
    branding.banner_text = "<b>";
    branding.text = "<i>";
    const auto html = wrap_in_document({.subject = "<s>", .preheader = "<p>", .body = ""}, branding);
    EXPECT_THAT(html, HasSubstr("<title>&lt;s&gt;</title>"));
    for (const auto* const raw : {"<s>", "<p>", "<b>", "<i>"}) EXPECT_THAT(html, Not(HasSubstr(raw)));
}

TEST(EmailDocument, GovernmentBannerNamesThePlatform)
{
    const auto html = document(organisation(Branding::Kind::government_banner));
    EXPECT_THAT(html, HasSubstr("bgcolor=\"#0b0c0c\""));
    EXPECT_THAT(html, HasSubstr(">Herald</td>"));
    EXPECT_THAT(html, Not(HasSubstr("Department")));
}

TEST(EmailDocument, LogoHasItsColourAsAnEdge)
{
    const auto html = document(organisation(Branding::Kind::logo));
    EXPECT_THAT(html, HasSubstr("border-left:2px solid #00703c"));
    EXPECT_THAT(html, HasSubstr("<img src=\"https://logos.example/a.png\" height=\"27\" alt=\"\""));
    EXPECT_THAT(html, HasSubstr("Department of Parks"));
    EXPECT_THAT(html, Not(HasSubstr("bgcolor")));
}

TEST(EmailDocument, LogoBannerHasItsColourAsGround)
{
    const auto html = document(organisation(Branding::Kind::logo_banner));
    EXPECT_THAT(html, HasSubstr("bgcolor=\"#00703c\""));
    EXPECT_THAT(html, Not(HasSubstr("Herald")));
}

TEST(EmailDocument, BothHasBannerAndLogo)
{
    const auto html = document(organisation(Branding::Kind::both));
    EXPECT_LT(html.find("Herald"), html.find("<img"));
    EXPECT_THAT(html, HasSubstr("Department of Parks"));
}

TEST(EmailDocument, ALoneLogoIsDescribed)
{
    auto branding = organisation(Branding::Kind::logo);
    branding.text.clear();
    EXPECT_THAT(document(branding), HasSubstr("height=\"54\" alt=\"Parks\""));
}

TEST(EmailDocument, LeavesOutWhatIsNoColourOrAddress)
{
    auto branding = organisation(Branding::Kind::logo_banner);
    branding.colour = "red;}";
    branding.logo_url = "https://a.example/\"onerror=\"x";
    const auto html = document(branding);
    EXPECT_THAT(html, Not(HasSubstr("red")));
    EXPECT_THAT(html, Not(HasSubstr("onerror")));
    EXPECT_THAT(html, HasSubstr("bgcolor=\"#0b0c0c\""));
}

TEST(Branding, KnowsColours)
{
    EXPECT_TRUE(is_colour("#0b0C0f"));
    for (const auto* const text : {"", "#", "#fff", "0b0c0c", "#0b0c0g", "#0b0c0c0"})
        EXPECT_FALSE(is_colour(text)) << text;
}

TEST(Branding, KnowsLogoAddresses)
{
    EXPECT_TRUE(is_logo_address("https://a.example/b.png?c=d"));
    for (const auto* const text :
         {"", "https://", "http://a.example", "https://a b", "https://a\"", "https://a\xC3\xA9"})
        EXPECT_FALSE(is_logo_address(text)) << text;
}

}  // namespace
}  // namespace herald::rendering
