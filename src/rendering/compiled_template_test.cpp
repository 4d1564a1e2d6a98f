#include "rendering/compiled_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::rendering
{
namespace
{

using testing::ElementsAre;

Personalisation values_of(std::string_view text)
{
    return Personalisation::from_json(json::parse(std::string(text)).as_object()).value();
}

std::string filled(std::string_view content, std::string_view values, ListStyle lists = ListStyle::sentence,
                   MissingStyle missing = MissingStyle::brackets)
{
    return CompiledTemplate::compile(Channel::sms, {}, content).fill_content(values_of(values), lists, missing);
}

TEST(CompiledTemplate, CountsWhatIsInserted)
{
    const auto email = CompiledTemplate::compile(Channel::email, "((a))", "((a)) and ((b??x)) and ((a))");
    EXPECT_EQ(email.insertions(), 3U);
    EXPECT_EQ(CompiledTemplate::compile(Channel::sms, "", "none").insertions(), 0U);
}

TEST(NormaliseKey, IgnoresCaseSpacesHyphensAndUnderscores)
{
    EXPECT_EQ(normalise_key("First_ Name-"), "firstname");
    EXPECT_EQ(normalise_key("ÉCOLE"), "école");
}

TEST(Personalisation, MatchesNamesLoosely)
{
    const auto values = values_of(R"({"FIRST NAME": "Ann"})");
    EXPECT_EQ(values.find("first_name")->text, "Ann");
    EXPECT_EQ(values.find("second name"), nullptr);
}

TEST(Personalisation, LastSpellingOfAKeyCounts)
{
    EXPECT_EQ(values_of(R"({"a b": "one", "A_B": "two"})").find("ab")->text, "two");
    EXPECT_EQ(values_of(R"({"a b": "one", "A_B": null})").find("ab"), nullptr);
}

TEST(Personalisation, ShowsScalarsAsTheFamilyDoes)
{
    const auto values =
        values_of(R"({"i": 7, "d": 1.0, "e": 1e16, "f": 0.1, "b": true, "n": null, "u": 18446744073709551615})");
    EXPECT_EQ(values.find("i")->text, "7");
    EXPECT_EQ(values.find("d")->text, "1.0");
    EXPECT_EQ(values.find("e")->text, "1e+16");
    EXPECT_EQ(values.find("f")->text, "0.1");
    EXPECT_EQ(values.find("b")->text, "True");
    EXPECT_EQ(values.find("n"), nullptr);
    EXPECT_EQ(values.find("u")->text, "18446744073709551615");
}

TEST(Personalisation, TidiesListsAndKeepsFiles)
{
    const auto values = values_of(R"({"l": [" a ", null, "", 2, "\u200b"], "f": {"file": "eA=="}})");
    EXPECT_THAT(values.find("l")->items, ElementsAre("a", "2"));
    EXPECT_EQ(values.find("f")->kind, Value::Kind::file);
    EXPECT_THAT(values.file_keys(), ElementsAre("f"));
}

TEST(Personalisation, RefusesWhatCannotBeShownWithoutRepeatingIt)
{
    const auto object = Personalisation::from_json(json::parse(R"({"Name": {"secret": 1}})").as_object());
    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().kind, ErrorKind::validation);
    EXPECT_THAT(object.error().message, testing::StartsWith("personalisation Name is not text"));
    EXPECT_THAT(object.error().message, testing::Not(testing::HasSubstr("secret")));
    EXPECT_FALSE(Personalisation::from_json(json::parse(R"({"l": [[1]]})").as_object()));
}

TEST(CompiledTemplate, ListsPlaceholdersInOrderOncePerName)
{
    const auto email = CompiledTemplate::compile(Channel::email, "((b)) ((A))", "((a)) ((c??yes)) ((B_)) ((d))");
    EXPECT_THAT(email.placeholders(), ElementsAre("b", "A", "c", "d"));
    EXPECT_THAT(email.missing(values_of(R"({"a": 1, "c": null})")), ElementsAre("b", "c", "d"));
    EXPECT_THAT(CompiledTemplate::compile(Channel::sms, "((b))", "((a))").placeholders(), ElementsAre("a"));
}

TEST(CompiledTemplate, FindsTheInnermostBrackets)
{
    EXPECT_EQ(filled("(((a)))", R"({"a": 1})"), "(1)");
    EXPECT_EQ(filled("((a) ((b))", R"({"b": 1})"), "((a) 1");
    EXPECT_EQ(filled("((()) (()) ((a)", R"({"a": 1})"), "((()) (()) ((a)");
    EXPECT_EQ(filled("((x((a))", R"({"a": 1})"), "((x1");
    EXPECT_EQ(filled("((a\nb))", R"({"a\nb": 1})"), "1");
    EXPECT_EQ(filled("", "{}"), "");
}

TEST(CompiledTemplate, ShowsConditionalTextOnlyForYes)
{
    for (const auto* const yes :
         {R"("yes")", R"("Y")", R"("TRUE")", R"("t")", "1", "true", R"("include")", R"("show")", R"(["yes"])"})
        EXPECT_EQ(filled("((a??b??c))", std::string(R"({"a": )") + yes + "}"), "b??c") << yes;
    for (const auto* const no : {R"("no")", R"("")", "0", "false", "1.0", R"("yes please")", "[]"})
        EXPECT_EQ(filled("((a??b))", std::string(R"({"a": )") + no + "}"), "") << no;
    EXPECT_EQ(filled("((a??b))", R"({"b": 1})"), "((a??b))");
}

TEST(CompiledTemplate, WritesListsAsSentencesOrBullets)
{
    EXPECT_EQ(filled("x ((l))", R"({"l": ["a"]})"), "x a");
    EXPECT_EQ(filled("x ((l))", R"({"l": ["a", "b", "c"]})"), "x a, b and c");
    EXPECT_EQ(filled("x ((l))", R"({"l": ["a", "b"]})", ListStyle::bullets), "x \n\n* a\n* b");
    EXPECT_EQ(filled("x((l))", R"({"l": []})", ListStyle::bullets), "x");
}

TEST(CompiledTemplate, ShowsHidesOrOmitsWhatIsMissing)
{
    EXPECT_EQ(filled("a ((b)) ((c??d))", "{}"), "a ((b)) ((c??d))");
    EXPECT_EQ(filled("a ((b)) ((c??d))", "{}", ListStyle::sentence, MissingStyle::hidden), "a [hidden] [hidden]");
    EXPECT_EQ(filled("a ((b))", "{}", ListStyle::sentence, MissingStyle::omitted), "a ");
}

TEST(CompiledTemplate, ValuesAreNotSearchedForPlaceholders)
{
    EXPECT_EQ(filled("((a)) ((b))", R"json({"a": "((b))", "b": "x"})json"), "((b)) x");
}

}  // namespace
}  // namespace herald::rendering
