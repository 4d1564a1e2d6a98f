#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

TEST(Utf8, every_code_point_round_trips)
{
    for (char32_t point = 1; point <= 0x10ffff; ++point)
    {
        if (point >= 0xd800 && point <= 0xdfff) continue;
        std::string text;
        append_utf8(text, point);
        const CodePoint read = first_code_point(text);
        ASSERT_EQ(read.value, point);
        ASSERT_EQ(read.length, text.size());
    }
}

TEST(Utf8, refuses_overlong_forms_surrogates_and_cut_sequences)
{
    for (const std::string_view text :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3z"})
        EXPECT_EQ(first_code_point(text).length, 0) << text.size();
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("caf\xc3\xa9"));
    EXPECT_FALSE(is_utf8("caf\xc3"));
}

}  // namespace
}  // namespace herald
