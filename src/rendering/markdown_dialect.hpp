// The dialect rewritten as CommonMark, so that cmark can read it (rendering/markdown.hpp says what the dialect is).
//
// Marks of the dialect become their CommonMark counterparts on lines of their own; punctuation that means something in
// CommonMark but nothing here becomes a stand-in: one of the 32 Unicode noncharacters U+FDD0..U+FDEF, which Unicode
// sets aside for such uses, one for each ASCII punctuation mark. cmark takes a stand-in for a letter. A noncharacter in
// the source becomes U+FFFD first, so a stand-in is never the author's.
//
// Pure functions; thread-safe; linear in the size of the source.
#pragma once

#include <string>
#include <string_view>

namespace herald::rendering
{

// The output is at most kMaxNesting * 2 + 4 bytes a line longer than four times the source (tabs become spaces).
std::string to_commonmark(std::string_view source);

// The mark that `c` stands for, '\n' for a line break, or 0.
char stand_in_mark(char32_t c);

// Line breaks only, which the rules of typography have to see.
std::string restore_breaks(std::string_view text);

// Every stand-in replaced by its mark.
std::string restore_marks(std::string_view text);

}  // namespace herald::rendering
