#include "operations/manage_branding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/management.hpp"

namespace herald
{
namespace
{

using ::testing::HasSubstr;
using testing::manage;
using testing::new_service;
using testing::soon;
using testing::test_keys;
using testing::with_database;

EmailBranding parks()
{
    EmailBranding branding;
    branding.name = "Parks";
    branding.type = BrandType::org_banner;
    branding.text = "Department of Parks";
    branding.colour = "#00703c";
    branding.logo_url = "https://logos.example/parks.png";
    return branding;
}

std::string refusal(const EmailBranding& branding)
{
    const auto checked = check_email_branding(branding);
    return checked ? "fine" : checked.error().message;
}

TEST(ManageBranding, ATypeNeedsItsParts)
{
    EXPECT_EQ(refusal(parks()), "fine");
    auto nothing = parks();
    nothing.text.clear();
    nothing.logo_url.clear();
    EXPECT_THAT(refusal(nothing), HasSubstr("give --logo or --text"));
    auto no_colour = parks();
    no_colour.colour.clear();
    EXPECT_THAT(refusal(no_colour), HasSubstr("give --colour"));
    no_colour.type = BrandType::org;
    EXPECT_EQ(refusal(no_colour), "fine");
    auto unsaid = parks();
    unsaid.text.clear();
    EXPECT_THAT(refusal(unsaid), HasSubstr("give --alt-text"));
    unsaid.alt_text = "A tree";
    EXPECT_EQ(refusal(unsaid), "fine");
}

TEST(ManageBranding, RefusesWhatIsNoColourLogoOrLine)
{
    for (const std::string colour : {"green", "#00703", "#00703c;", "00703cc"})
    {
        auto branding = parks();
        branding.colour = colour;
        EXPECT_THAT(refusal(branding), HasSubstr("#00703c")) << colour;
    }
    for (const std::string logo :
         {"http://logos.example/a.png", "javascript:alert(1)", "https://a.example/\"x", "https://"})
    {
        auto branding = parks();
        branding.logo_url = logo;
        EXPECT_THAT(refusal(branding), HasSubstr("begins with https://")) << logo;
    }
    auto two_lines = parks();
    two_lines.text = "a\nb";
    EXPECT_THAT(refusal(two_lines), HasSubstr("one line"));
    auto nameless = parks();
    nameless.name.clear();
    EXPECT_THAT(refusal(nameless), HasSubstr("may not be empty"));
}

TEST(ManageBranding, IsSetForAServiceChangedAndTakenAway)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            const auto service = co_await new_service(database, "Town hall");
            const auto made = co_await put_email_branding(manage(database), parks());
            EXPECT_TRUE(made.has_value());
            const auto given = co_await set_service_email_branding(manage(database), service, "Parks");
            EXPECT_EQ(given.value().value().id, made->id);
            const auto details = co_await describe_service(manage(database), service);
            EXPECT_EQ(details.value().branding.value().text, "Department of Parks");

            auto changed = parks();
            changed.type = BrandType::org;
            changed.colour.clear();
            const auto again = co_await put_email_branding(manage(database), changed);
            EXPECT_EQ(again.value().id, made->id);
            ServiceStore services(database, test_keys());
            const auto record = co_await services.find(service, testing::kTestNow, soon());
            EXPECT_EQ(record.value().branding.value().type, BrandType::org);
            EXPECT_EQ(record->branding->colour, "");

            const auto cleared = co_await set_service_email_branding(manage(database), service, std::nullopt);
            EXPECT_FALSE(cleared.value().has_value());
            const auto without = co_await services.find(service, testing::kTestNow, soon());
            EXPECT_FALSE(without.value().branding.has_value());
        });
}

TEST(ManageBranding, NamesTheNearestAndTheUnknownService)
{
    with_database(
        [](pg::Database& database) -> Task<>
        {
            co_await put_email_branding(manage(database), parks());
            const auto near = co_await find_email_branding(manage(database), "Park");
            EXPECT_THAT(near.error().message, HasSubstr("Did you mean 'Parks'?"));
            const ServiceId nobody{make_uuid_v4()};
            const auto unknown = co_await set_service_email_branding(manage(database), nobody, "Parks");
            EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
        });
}

TEST(EmailHeader, ShowsThePlatformsBannerOnlyWhereThereIsOne)
{
    using Kind = rendering::Branding::Kind;
    EXPECT_EQ(email_header(std::nullopt, "").kind, Kind::none);
    EXPECT_EQ(email_header(std::nullopt, "Notify").kind, Kind::government_banner);
    EXPECT_EQ(email_header(std::nullopt, "Notify").banner_text, "Notify");
    EXPECT_EQ(email_header(parks(), "Notify").kind, Kind::logo_banner);
    auto both = parks();
    both.type = BrandType::both;
    EXPECT_EQ(email_header(both, "Notify").kind, Kind::both);
    EXPECT_EQ(email_header(both, "").kind, Kind::logo);
    both.type = BrandType::org;
    EXPECT_EQ(email_header(both, "Notify").kind, Kind::logo);
}

}  // namespace
}  // namespace herald
