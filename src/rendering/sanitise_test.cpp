#include "rendering/sanitise.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace herald::rendering
{
namespace
{

struct TextCase
{
    std::string_view text;
    std::string_view clean;
};

class SanitiseText : public testing::TestWithParam<TextCase>
{
};

TEST_P(SanitiseText, RemovesAddressesAndEscapesMarkdown)
{
    EXPECT_EQ(sanitise_text(GetParam().text), GetParam().clean);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SanitiseText,
    testing::Values(TextCase{"User, [click here](https://evil.link)", "User, \\[click here\\]\\(\\)"},
                    TextCase{"9f1e-11", "9f1e\\-11"}, TextCase{"Ann Smith", "Ann Smith"},
                    TextCase{"see evil.link now", "see evil\\. link now"}, TextCase{"http://evil.link/a?b=(c) x", " x"},
                    TextCase{"HTTPS://EVIL.LINK", ""}, TextCase{"evil.link/a", ""},
                    TextCase{"a.b.co.uk", "a\\. b\\. co\\. uk"}, TextCase{"me@evil.link", "me@evil\\.link"},
                    TextCase{"é.evil.link", ""}, TextCase{"3.5 and 1.a", "3\\.5 and 1\\.a"},
                    TextCase{"evil.link.123", "evil\\. link\\.123"}, TextCase{"a..b.com", "a\\.\\.b\\.com"},
                    TextCase{"_-*`#!|{}<>+", "\\_\\-\\*\\`\\#\\!\\|\\{\\}\\<\\>\\+"}, TextCase{"end.", "end\\."},
                    TextCase{"evil.link,other.org", "evil\\. link,other\\. org"}, TextCase{"", ""}));

TEST(SanitisePersonalisation, TouchesOnlyTheNamedValues)
{
    const json::object values = {{"Name", "a-b"}, {"other", "a-b"}, {"plain", "ab"}, {"list", {"a-b", 1}}};
    const std::array<std::string, 4> names = {"NAME", "plain", "list", "absent"};
    const auto result = sanitise_personalisation(values, names);
    EXPECT_EQ(result.values,
              json::object({{"Name", "a\\-b"}, {"other", "a-b"}, {"plain", "ab"}, {"list", {"a\\-b", 1}}}));
    EXPECT_EQ(result.changed, json::object({{"Name", {{"unsanitised", "a-b"}, {"sanitised", "a\\-b"}}},
                                            {"list", {{"unsanitised", {"a-b", 1}}, {"sanitised", {"a\\-b", 1}}}}}));
}

TEST(SanitiseText, StaysLinearOnHostNamesThatNeverEnd)
{
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "a.1-";
    EXPECT_GT(sanitise_text(text).size(), text.size());
}

}  // namespace
}  // namespace herald::rendering
