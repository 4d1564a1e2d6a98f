#include "domain/recipient_lists/text_decoder.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace herald
{
namespace
{

using namespace std::string_literals;

// nullopt: not text.
std::optional<std::string> decode(std::string_view bytes, std::size_t step)
{
    TextDecoder decoder;
    std::string text;
    while (!bytes.empty())
    {
        const auto chunk = bytes.substr(0, step);
        bytes.remove_prefix(chunk.size());
        if (!decoder.feed(chunk, text)) return std::nullopt;
    }
    if (!decoder.finish(text)) return std::nullopt;
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(text.find('\0'), std::string::npos);
    return text;
}

std::string utf16(std::u16string_view text, bool big)
{
    std::string bytes;
    for (const char16_t unit : text)
    {
        const auto high = static_cast<char>(unit >> 8);
        const auto low = static_cast<char>(unit & 0xff);
        bytes += big ? high : low;
        bytes += big ? low : high;
    }
    return bytes;
}

struct Case
{
    const char* name;
    std::string bytes;
    std::optional<std::string> text;
};

class TextDecoderTest : public testing::TestWithParam<Case>
{
};

TEST_P(TextDecoderTest, ReadsTheSameTextHoweverTheBytesAreCut)
{
    for (const std::size_t step : {1UL, 2UL, 3UL, 5UL, 1023UL, 1'000'000UL})
        EXPECT_EQ(decode(GetParam().bytes, step), GetParam().text) << step;
}

const std::string kAscii = "phone number,name\n";
const std::string kLong(5000, 'x');  // beyond the first look

// clang-format off
INSTANTIATE_TEST_SUITE_P(Encodings, TextDecoderTest, testing::Values(
    Case{"Nothing", "", ""},
    Case{"Ascii", kAscii, kAscii},
    Case{"Utf8", kAscii + "Zoë,日本,😀", kAscii + "Zoë,日本,😀"},
    Case{"Utf8WithMark", "\xef\xbb\xbf" + kAscii + "Zoë", kAscii + "Zoë"},
    Case{"OnlyAMark", "\xef\xbb\xbf", ""},
    Case{"HalfAMark", "\xef\xbb", "ï»"},
    Case{"Windows1252", kAscii + "Zo\xeb,\x80\x93\x92\xff", kAscii + "Zoë,€“’ÿ"},
    Case{"Windows1252WithFreeCodes", "Zo\xeb \x81\x8d\x8f\x90\x9d", "Zoë \ufffd\ufffd\ufffd\ufffd\ufffd"},
    Case{"Windows1252AtTheEnd", kAscii + "Zo\xeb", kAscii + "Zoë"},
    Case{"Windows1252LikeHalfACharacter", kAscii + "caf\xe9\xa9", kAscii + "café©"},
    Case{"TheFirstOtherByteDecidesLate", kLong + "\xeb" + kLong + "\xc3\xab", kLong + "ë" + kLong + "Ã«"},
    Case{"Utf8Late", kLong + "ë" + kLong, kLong + "ë" + kLong},
    Case{"Utf8SpoiltLater", "Zoë" + kLong + "\xeb,\xc3", "Zoë" + kLong + "\ufffd,\ufffd"},
    Case{"Utf8OverlongAndSurrogates", "ë\xc0\x80\xed\xa0\x80", "ë\ufffd\ufffd\ufffd\ufffd\ufffd"},
    Case{"MarkedUtf8IsNeverWindows1252", "\xef\xbb\xbfZo\xeb!", "Zo\ufffd!"},
    Case{"Nul", "phone number,na\0me\nabc"s, "phone number,na\ufffdme\nabc"},
    Case{"Utf16LittleEndian", "\xff\xfe" + utf16(u"phone number,Zoë 日😀\r\n", false), "phone number,Zoë 日😀\r\n"},
    Case{"Utf16BigEndian", "\xfe\xff" + utf16(u"phone number,Zoë 日😀\r\n", true), "phone number,Zoë 日😀\r\n"},
    Case{"Utf16LittleEndianWithoutMark", utf16(u"phone number,имя\r\n555,Иван\r\n", false), "phone number,имя\r\n555,Иван\r\n"},
    Case{"Utf16BigEndianWithoutMark", utf16(u"имя,phone number\r\nИван,555\r\n", true), "имя,phone number\r\nИван,555\r\n"},
    Case{"Utf16Long", "\xff\xfe" + utf16(std::u16string(3000, u'é') + u"😀", false), [] { std::string text; for (int i = 0; i < 3000; ++i) text += "é"; return text + "😀"; }()},
    Case{"Utf16HalfAPair", "\xff\xfe" + utf16(u"a\xd83d" u"b\xde00" u"c\xd83d", false), "a\ufffdb\ufffdc\ufffd"},
    Case{"Utf16HalfAUnit", "\xff\xfe" + utf16(u"ab", false) + "c", "ab\ufffd"},
    Case{"Utf16Nul", "\xff\xfe" + utf16(u"a\0b"s, false), "a\ufffdb"},
    Case{"OneUtf16Letter", "a\0"s, "a"},
    Case{"Xlsx", "PK\x03\x04\x14\0\x06\0\x08\0"s + kLong, std::nullopt},
    Case{"Xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + kLong, std::nullopt},
    Case{"Pdf", "%PDF-1.7\n" + kLong, std::nullopt},
    Case{"Png", "\x89PNG\r\n\x1a\n", std::nullopt},
    Case{"Rtf", "{\\rtf1\\ansi " + kLong, std::nullopt},
    Case{"Zeros", std::string(3000, '\0'), std::nullopt},
    Case{"ControlCharacters", std::string(3000, '\x01'), std::nullopt}),
    [](const auto& each) { return std::string(each.param.name); });
// clang-format on

TEST(TextDecoderTest, KeepsNoMoreThanItsFirstLookAndHalfACharacter)
{
    TextDecoder decoder;
    std::string text;
    ASSERT_TRUE(decoder.feed(std::string(1000, 'x'), text));
    EXPECT_EQ(decoder.buffered_bytes(), 1000U);
    ASSERT_TRUE(decoder.feed(std::string(100'000, 'x') + "\xf0\x9f\x98", text));
    EXPECT_EQ(decoder.buffered_bytes(), 3U);
    EXPECT_EQ(text.size(), 101'000U);
}

}  // namespace
}  // namespace herald
