#include "base/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Example
{
    std::string top = "t";
    std::string name = "n";
    std::string secret;
    std::string mode = "fast";
    std::int64_t count = 3;
    bool on = false;
    ConfigKeys keys;

    Example()
    {
        keys.text("top", top, "Top.");
        keys.text("section.name", name, "Name.");
        keys.must([](const std::string& value) { return value == "bad" ? "anything but bad" : ""; });
        keys.text("section.secret", secret, "Secret.", ConfigKeys::Secrecy::secret);
        keys.choice("section.mode", mode, {"fast", "slow"}, "Mode.");
        keys.integer("other.count", count, 1, 10, "Count.");
        keys.boolean("other.on", on, "On.");
    }
    [[nodiscard]] std::vector<std::string> problems() const
    {
        const auto result = keys.result();
        if (result) return {};
        std::vector<std::string> all = {result.error().message};
        all.insert(all.end(), result.error().more.begin(), result.error().more.end());
        return all;
    }
};

TEST(Config, reads_every_type_from_toml)
{
    Example example;
    example.keys.read_toml("top = 'x'\n[section]\nname = \"y\"\nmode = 'slow'\n[other]\ncount = 7\non = true\n",
                           "f.toml");
    EXPECT_THAT(example.problems(), ElementsAre());
    EXPECT_EQ(example.top, "x");
    EXPECT_EQ(example.name, "y");
    EXPECT_EQ(example.mode, "slow");
    EXPECT_EQ(example.count, 7);
    EXPECT_TRUE(example.on);
}

TEST(Config, a_choice_may_be_left_open_when_its_default_is)
{
    std::string open;
    std::string made = "one";
    ConfigKeys keys;
    keys.choice("open", open, {"one", "two"}, "Open.");
    keys.choice("made", made, {"one", "two"}, "Made.");
    keys.read_toml("open = ''\nmade = ''\n", "f.toml");
    const auto result = keys.result();
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, testing::HasSubstr("made = \"\" (f.toml, line 2): allowed is one of one, two"));
    EXPECT_THAT(result.error().more, ElementsAre());
}

TEST(Config, later_sources_win)
{
    Example example;
    example.keys.read_toml("[other]\ncount = 4\non = true\n[section]\nname = 'file'", "f.toml");
    example.keys.read_environment(
        {{"APP_OTHER_COUNT", "5"}, {"APP_SECTION_NAME", "variable"}, {"PATH", "/"}, {"APPLE", "1"}}, "APP");
    example.keys.read_flags({{"other.count", "6"}});
    EXPECT_THAT(example.problems(), ElementsAre());
    EXPECT_EQ(example.count, 6);
    EXPECT_EQ(example.name, "variable");
    EXPECT_TRUE(example.on);
}

TEST(Config, a_wrong_value_is_told_with_key_place_value_and_what_is_allowed)
{
    Example example;
    example.keys.read_toml("[other]\ncount = 11\non = 'yes'\n[section]\nmode = \"fa\\nst\"\nname = 5", "f.toml");
    example.keys.read_environment({{"APP_OTHER_COUNT", "3x"}}, "APP");
    example.keys.read_flags({{"section.name", "bad"}, {"other.on", "1"}});
    EXPECT_THAT(example.problems(),
                testing::UnorderedElementsAre(
                    "other.count = \"11\" (f.toml, line 2): allowed is a whole number from 1 to 10",
                    "other.on = \"yes\" (f.toml, line 3): allowed is true or false",
                    "section.mode = \"fa\\u000ast\" (f.toml, line 5): allowed is one of fast, slow",
                    "section.name = \"a value of another type\" (f.toml, line 6): allowed is a text",
                    "other.count = \"3x\" (the environment, APP_OTHER_COUNT): allowed is a whole number from 1 to 10",
                    "section.name = \"bad\" (the command line): allowed is anything but bad",
                    "other.on = \"1\" (the command line): allowed is true or false"));
    EXPECT_EQ(example.count, 3);
}

TEST(Config, an_unknown_key_is_told_with_the_nearest)
{
    Example example;
    example.keys.read_toml("tpo = 1\n[other]\ncuont = 2\n[nothing.like]\nit = 1", "f.toml");
    example.keys.read_environment({{"APP_OTHER_CONT", "1"}, {"APP_FILE", "f"}}, "APP",
                                  std::vector<std::string_view>{"APP_FILE"});
    EXPECT_THAT(example.problems(),
                testing::UnorderedElementsAre(
                    "tpo (f.toml, line 1) is not a configuration key; did you mean top?",
                    "other.cuont (f.toml, line 3) is not a configuration key; did you mean other.count?",
                    "nothing.like (f.toml, line 4) is not a configuration key",
                    "APP_OTHER_CONT (the environment) is not a configuration key; did you mean APP_OTHER_COUNT?"));
}

TEST(Config, a_secret_is_in_no_text)
{
    Example example;
    example.keys.read_toml("[section]\nsecret = 'hunter2'", "f.toml");
    EXPECT_EQ(example.secret, "hunter2");
    EXPECT_THAT(example.keys.dump(), Not(HasSubstr("hunter2")));
    EXPECT_THAT(example.keys.dump(), HasSubstr("secret = \"********\""));

    example.keys.read_toml("[section]\nsecret = 'hunter2' oops hunter3", "f.toml");
    example.keys.read_toml("[section]\nsecret = [\"hunter2\"]", "f.toml");
    example.keys.read_flags({{"section.secret", "********"}});
    for (const std::string& problem : example.problems()) EXPECT_THAT(problem, Not(HasSubstr("hunter")));
    EXPECT_EQ(example.problems().size(), 3);
    EXPECT_EQ(example.secret, "hunter2");
}

TEST(Config, a_dump_is_commented_and_reads_back)
{
    Example first;
    first.top = "quote \" backslash \\ newline \n caf\xc3\xa9";
    first.count = 9;
    first.on = true;
    const std::string dump = first.keys.dump();
    EXPECT_THAT(dump, testing::StartsWith("# Top.\ntop = "));
    EXPECT_THAT(dump, HasSubstr("\n[other]\n# Count. (a whole number from 1 to 10)\ncount = 9\n"));

    Example second;
    second.keys.read_toml(dump, "dump");
    EXPECT_THAT(second.problems(), ElementsAre());
    EXPECT_EQ(second.top, first.top);
    EXPECT_EQ(second.keys.dump(), dump);
}

TEST(Config, nearest_name_gives_up_on_strangers)
{
    const std::vector<std::string> known = {"http.port", "http.host"};
    EXPECT_EQ(nearest_name("http.prot", known), "http.port");
    EXPECT_EQ(nearest_name("http.hots", known), "http.host");
    EXPECT_EQ(nearest_name("zzzzzzzzzzzz", known), "");
    EXPECT_EQ(nearest_name("", {}), "");
}

}  // namespace
}  // namespace herald
