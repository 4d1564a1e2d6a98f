// Characters that stand in for punctuation and line breaks while cmark reads a text (rendering/markdown_dialect.hpp).
//
// The 32 Unicode noncharacters U+FDD0..U+FDEF, which Unicode sets aside for such uses, stand for the 32 punctuation
// marks of ASCII, and U+FFFE for a line break within a paragraph. To cmark they are letters. The translator turns a
// noncharacter of the source into U+FFFD, so a stand-in is never the author's; one that an entity smuggles in ends as a
// mark in text, where nothing has a meaning any more.
//
// Pure functions; thread-safe; linear.
#pragma once

#include <string>
#include <string_view>

namespace herald::rendering
{

// ASCII punctuation.
bool is_mark(char c);

// `mark` is one (is_mark).
void append_stand_in(std::string& out, char mark);
void append_break_stand_in(std::string& out);

// The mark that `c` stands for, '\n' for a line break, or 0.
char stand_in_mark(char32_t c);

// Line breaks only, which the rules of typography have to see.
std::string restore_breaks(std::string_view text);

// Every stand-in replaced by what it stands for.
std::string restore_marks(std::string_view text);

}  // namespace herald::rendering
