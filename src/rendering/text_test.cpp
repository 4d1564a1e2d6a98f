#include "rendering/text.hpp"

#include <gtest/gtest.h>

namespace herald::rendering
{
namespace
{

TEST(Trim, TakesWhiteSpaceOfEveryKindFromBothEnds)
{
    EXPECT_EQ(trim(" \t\r\n\v\f a b \xC2\xA0\xE3\x80\x80\xE2\x80\xA8\x1C"), "a b");
    EXPECT_EQ(trim("\xC2\x85"), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("a"), "a");
}

TEST(Trim, KeepsWhatOnlyLooksLikeWhiteSpace)
{
    EXPECT_EQ(trim("\xD1\x85"), "\xD1\x85");                  // a letter whose last byte is 0x85
    EXPECT_EQ(trim("a\x85"), "a\x85");                        // that byte alone
    EXPECT_EQ(trim("\xE2\x80\x8B"), "\xE2\x80\x8B");          // zero width
    EXPECT_EQ(trim("\xA0\xA0\xA0\xA0"), "\xA0\xA0\xA0\xA0");  // nothing but continuation bytes
}

TEST(CollapseWhiteSpace, LeavesOneLine)
{
    EXPECT_EQ(collapse_white_space("\n a \t\r\n b\xE2\x80\x8B\xC2\xA0\xC2\xA0\x63 "), "a b c");
    EXPECT_EQ(collapse_white_space(" \n"), "");
}

TEST(NextCodePoint, ReadsInvalidBytesOneAtATime)
{
    const std::string_view text = "\xF0\x9F\x8E\x89\xED\xA0\x80\xC3";
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(text, at), 0x1F389U);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(next_code_point(text, at), 0xFFFDU);
    EXPECT_EQ(at, text.size());
}

TEST(FirstCodePoints, CountsLettersNotBytes)
{
    EXPECT_EQ(first_code_points("éñ", 1), "é");
    EXPECT_EQ(first_code_points("éñ", 5), "éñ");
    EXPECT_EQ(first_code_points("éñ", 0), "");
}

}  // namespace
}  // namespace herald::rendering
