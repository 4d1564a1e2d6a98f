#include "rendering/typography.hpp"

#include <gtest/gtest.h>

namespace herald::rendering
{
namespace
{

struct TypographyCase
{
    std::string_view text;
    std::string_view set;
};

class Typography : public testing::TestWithParam<TypographyCase>
{
};

TEST_P(Typography, IsSet)
{
    EXPECT_EQ(set_typography(GetParam().text), GetParam().set);
}

INSTANTIATE_TEST_SUITE_P(Quotes, Typography,
                         testing::Values(TypographyCase{R"("quoted" 'single')", "“quoted” ‘single’"},
                                         TypographyCase{R"("'nested' words")", "“‘nested’ words”"},
                                         TypographyCase{R"('"other" way')", "‘“other” way’"},
                                         TypographyCase{"it's the dogs' bone", "it’s the dogs’ bone"},
                                         TypographyCase{"the '80s", "the ’80s"},
                                         TypographyCase{R"(("bracketed") ['too'])", "(“bracketed”) [‘too’]"},
                                         TypographyCase{R"(he said "hello," twice)", "he said “hello,” twice"},
                                         TypographyCase{R"(ends with a space" )", "ends with a space” "},
                                         TypographyCase{R"(--"dash")", "--“dash”"}, TypographyCase{"'", "‘"},
                                         TypographyCase{"\"", "“"}, TypographyCase{"“kept”", "“kept”"}));

INSTANTIATE_TEST_SUITE_P(EmailAddresses, Typography,
                         testing::Values(TypographyCase{"bob.o'neil@example.com isn't", "bob.o'neil@example.com isn’t"},
                                         TypographyCase{"bob.o’neil@example.com", "bob.o'neil@example.com"},
                                         TypographyCase{"it's @ home", "it’s @ home"},
                                         TypographyCase{"@it's", "@it’s"}));

INSTANTIATE_TEST_SUITE_P(Dashes, Typography,
                         testing::Values(TypographyCase{"a - b", "a – b"}, TypographyCase{"a -- b --- c", "a – b – c"},
                                         TypographyCase{"a — b", "a – b"}, TypographyCase{"a   -\tb", "a – b"},
                                         TypographyCase{"a ---- b", "a ---- b"},
                                         TypographyCase{"well-known", "well-known"},
                                         TypographyCase{"2000-01-01", "2000-01-01"}, TypographyCase{"- a", "- a"},
                                         TypographyCase{"a -", "a -"}, TypographyCase{"a -\nb", "a -\nb"},
                                         TypographyCase{"a\n- b", "a\n- b"}));

INSTANTIATE_TEST_SUITE_P(SpaceBeforePunctuation, Typography,
                         testing::Values(TypographyCase{"hello , world .", "hello, world."},
                                         TypographyCase{"hello \t, world", "hello, world"},
                                         TypographyCase{"a ; b", "a ; b"}, TypographyCase{"a\n, b", "a\n, b"}));

TEST(TypographyContext, QuotesBehindALinkClose)
{
    EXPECT_EQ(set_typography("'s", {.before = 'a'}), "’s");
    EXPECT_EQ(set_typography("\"", {.before = 'a'}), "”");
    EXPECT_EQ(set_typography("\"", {.after = 'a'}), "“");
}

TEST(TypographyContext, QuotesStayWhereTheyAreToBeKept)
{
    EXPECT_EQ(set_typography("\"it's\" - so", {.keep_quotes = true}), "\"it's\" – so");
}

}  // namespace
}  // namespace herald::rendering
