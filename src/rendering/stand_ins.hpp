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

// For '\n', '"' and '\''.
void append_hidden(std::string& out, char c);

// What `c` stands for, literal or hidden; or 0.
char stood_for(char32_t c);

// Hidden characters only: the rules of typography have to see them, but not the literal marks.
std::string restore_hidden(std::string_view text);

// Literal marks, after restore_hidden.
std::string restore_marks(std::string_view text);

}  // namespace herald::rendering
