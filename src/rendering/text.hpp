// UTF-8 and white space, with the notions of white space that the family's behaviour rests on.
//
// Pure functions; thread-safe. Invalid UTF-8 reads as U+FFFD, one byte at a time, so nothing built from these is ever
// invalid.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace herald::rendering
{

// Reads the code point at `position` and moves past it. `position` must be inside the text.
char32_t next_code_point(std::string_view text, std::size_t& position);

void append_utf8(std::string& out, char32_t code_point);

bool is_ascii(std::string_view text);

// What Python's str.splitlines breaks at.
bool is_line_break(char32_t c);

// What Python's str.split takes for white space, line breaks included.
bool is_white_space(char32_t c);

// Characters without width that senders paste by accident: removed wherever text is tidied.
bool is_zero_width(char32_t c);

// A letter, digit or underscore of any script.
bool is_word(char32_t c);

// Without white space at both ends.
std::string_view trim(std::string_view text);

// Removes zero-width and non-breaking characters, then trims ASCII white space: how the items of a list are tidied.
std::string tidy_item(std::string_view text);

// One line: zero-width characters removed, every run of white space one space, trimmed.
std::string collapse_white_space(std::string_view text);

// The first `count` code points.
std::string_view first_code_points(std::string_view text, std::size_t count);

// Composes letters and accents (Unicode NFC), so that "e" and a combining acute accent are one letter.
std::string compose(std::string_view text);

}  // namespace herald::rendering
