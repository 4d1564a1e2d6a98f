#include "rendering/sms.hpp"

#include <gtest/gtest.h>

#include "rendering/gsm.hpp"

namespace herald::rendering
{
namespace
{

RenderedSms rendered(std::string_view content, std::optional<std::string_view> prefix = std::nullopt)
{
    return render_sms(CompiledTemplate::compile(Channel::sms, {}, content), {}, prefix);
}

struct BodyCase
{
    std::string_view content;
    std::string_view body;
};

class SmsBody : public testing::TestWithParam<BodyCase>
{
};

TEST_P(SmsBody, IsTidiedAndEncoded)
{
    EXPECT_EQ(rendered(GetParam().content).body, GetParam().body);
}

INSTANTIATE_TEST_SUITE_P(WhiteSpace, SmsBody,
                         testing::Values(BodyCase{"  a  b\t c ", "a b c"},                //
                                         BodyCase{"a\r\nb\rc\nd", "a\nb\nc\nd"},          //
                                         BodyCase{"a\n\n\n\n\nb", "a\n\nb"},              //
                                         BodyCase{"a\n \t \n  b  \n\n", "a\n\nb"},        //
                                         BodyCase{"\n\n a", "a"},                         //
                                         BodyCase{"a , b .", "a, b."},                    //
                                         BodyCase{"a\xC2\xA0, b", "a , b"},               //
                                         BodyCase{"a \xE2\x80\x8B, b", "a , b"},          //
                                         BodyCase{"a ,\n ,b", "a,\n,b"},                  //
                                         BodyCase{"a\xC2\xA0\xC2\xA0 b", "a b"},          //
                                         BodyCase{"a\xE2\x80\x8B\xEF\xBB\xBF b", "a b"},  //
                                         BodyCase{"a\xE2\x80\xA8ng", "a\nng"},            //
                                         BodyCase{"", ""}, BodyCase{" \n ", ""}));

INSTANTIATE_TEST_SUITE_P(Characters, SmsBody,
                         testing::Values(BodyCase{"‘a’ “b” – — … ‚„−‑", "'a' \"b\" - - ... '\"--"},  //
                                         BodyCase{"ŁłŽčş", "LlZcs"},                                 //
                                         BodyCase{"ŵ Ŷ ñ Ç é", "ŵ Ŷ ñ Ç é"},                         //
                                         BodyCase{"ç", "c"},                                         //
                                         BodyCase{"日本 ☃ 🎉", "?? ? ?"},                            //
                                         BodyCase{"`", "?"},                                         //
                                         BodyCase{"cafe\xCC\x81", "café"},                           //
                                         BodyCase{"{}[]^~|\\€", "{}[]^~|\\€"},                       //
                                         BodyCase{"a\x01"
                                                  "b\xFF",
                                                  "a?b?"}));

struct CountCase
{
    std::string text;
    int characters;
    int fragments;
    bool unicode;
};

class SmsCount : public testing::TestWithParam<CountCase>
{
};

TEST_P(SmsCount, CountsCharactersAndFragments)
{
    const auto sms = rendered(GetParam().text);
    EXPECT_EQ(sms.characters, GetParam().characters);
    EXPECT_EQ(sms.fragments, GetParam().fragments);
    EXPECT_EQ(sms.unicode, GetParam().unicode);
}

std::string times(int count, std::string_view text)
{
    std::string out;
    while (count-- > 0) out += text;
    return out;
}

INSTANTIATE_TEST_SUITE_P(
    Boundaries, SmsCount,
    testing::Values(CountCase{"", 0, 1, false}, CountCase{times(160, "a"), 160, 1, false},
                    CountCase{times(161, "a"), 161, 2, false}, CountCase{times(306, "a"), 306, 2, false},
                    CountCase{times(307, "a"), 307, 3, false}, CountCase{times(918, "a"), 918, 6, false},
                    CountCase{times(80, "€"), 80, 1, false}, CountCase{times(80, "[") + "a", 81, 2, false},
                    CountCase{times(70, "ŵ"), 70, 1, true}, CountCase{times(71, "ŵ"), 71, 2, true},
                    CountCase{times(134, "ŵ"), 134, 2, true}, CountCase{times(135, "ŵ"), 135, 3, true},
                    CountCase{times(70, "é"), 70, 1, false}, CountCase{times(70, "[") + "ŵ", 71, 2, true},
                    CountCase{"…", 3, 1, false}, CountCase{"🎉", 1, 1, false}));

TEST(Sms, PutsTheServiceNameInFront)
{
    const auto sms = rendered("hello ", " Tax  Office ");
    EXPECT_EQ(sms.body, "Tax Office: hello");
    EXPECT_EQ(sms.characters, 17);
    EXPECT_EQ(sms.characters_without_prefix, 5);
    EXPECT_EQ(rendered("hello", "").body, "hello");
}

TEST(Sms, InsertsListsAsASentence)
{
    const auto values = Personalisation::from_json({{"l", {"a", "b", "c"}}}).value();
    EXPECT_EQ(render_sms(CompiledTemplate::compile(Channel::sms, {}, "x ((l))."), values).body, "x a, b and c.");
}

TEST(Sms, InsertsShortListsAndValuesAsTheyAre)
{
    const auto filled = [](const json::value& value)
    {
        const auto values = Personalisation::from_json({{"l", value}}).value();
        return render_sms(CompiledTemplate::compile(Channel::sms, {}, "x ((l))y"), values).body;
    };
    EXPECT_EQ(filled(json::array{"a"}), "x ay");
    EXPECT_EQ(filled(json::array{"a", "b"}), "x a and by");
    EXPECT_EQ(filled(json::array{" ", nullptr}), "x y");
    EXPECT_EQ(filled(" a\r\n\n\n b "), "x a\n\nb y");
}

TEST(Sms, TidiesAcrossThePrefix)
{
    EXPECT_EQ(rendered(" , a", "Tax").body, "Tax:, a");
    EXPECT_EQ(rendered("\n\n\na", "Tax").body, "Tax:\n\na");
    const auto welsh = rendered("a", "Swyddfa ŵ");
    EXPECT_TRUE(welsh.unicode);
    EXPECT_EQ(welsh.characters, 12);
    EXPECT_EQ(welsh.characters_without_prefix, 1);
}

TEST(Sms, KeepsEveryWelshLetter)
{
    const std::string_view in_gsm = "àèìòùéäöüÉÄÖÜ";
    const std::string_view outside = "ẁỳÀÈÌÒÙẀỲáíóúẃýÁÍÓÚẂÝëïẅÿËÏẄŸâêîôûŵŷÂÊÎÔÛŴŶ";
    EXPECT_EQ(rendered(in_gsm).body, in_gsm);
    EXPECT_FALSE(rendered(in_gsm).unicode);
    EXPECT_EQ(rendered(outside).body, outside);
    EXPECT_TRUE(rendered(outside).unicode);
}

TEST(Sms, CountsWhatIsLeftAfterTidying)
{
    EXPECT_TRUE(check_sms_length(rendered("  " + times(918, "a") + "\n \n")));
    EXPECT_TRUE(check_sms_length(rendered(times(306, "…"))));
    EXPECT_FALSE(check_sms_length(rendered(times(307, "…"))));
}

TEST(Sms, IsEmptyWhenOnlyThePrefixIsLeft)
{
    const auto sms = rendered(" ", "Tax");
    EXPECT_EQ(sms.characters_without_prefix, 0);
    ASSERT_FALSE(check_sms_not_empty(sms));
    EXPECT_EQ(check_sms_not_empty(sms).error().message, "Your message is empty.");
    EXPECT_TRUE(check_sms_not_empty(rendered("a")));
}

TEST(Sms, LimitLeavesThePrefixOut)
{
    EXPECT_TRUE(check_sms_length(rendered(times(918, "a"), "A long service name")));
    const auto refused = check_sms_length(rendered(times(919, "a"), "Tax"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::bad_request);
    EXPECT_EQ(refused.error().message,
              "Your message is too long. Text messages cannot be longer than 918 characters. "
              "Your message is 919 characters long.");
}

TEST(Sms, PlaceholdersOfATemplateDoNotCountTowardsItsLimit)
{
    EXPECT_FALSE(sms_content_too_long(times(918, "a") + "((name))"));
    EXPECT_TRUE(sms_content_too_long(times(919, "a")));
}

TEST(Gsm, HasTheRightNumberOfLetters)
{
    int basic = 0;
    int extended = 0;
    int unicode = 0;
    for (char32_t c = 0; c < 0x10000; ++c)
    {
        const auto letter = classify_sms_letter(c);
        basic += letter == SmsLetter::basic ? 1 : 0;
        extended += letter == SmsLetter::extended ? 1 : 0;
        unicode += letter == SmsLetter::unicode ? 1 : 0;
    }
    EXPECT_EQ(basic, 126);  // 128 less carriage return, which is a line end here, and the escape
    EXPECT_EQ(extended, 9);
    EXPECT_EQ(unicode, 43);
}

}  // namespace
}  // namespace herald::rendering
