// The spaces that people paste without seeing them. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace herald
{

// Without invisible characters, wherever they stand (the vowel separator, the spaces, joiners and byte order mark of no
// width, and the space that does not break), and then without ASCII white space at both ends: how the family tidies a
// recipient and each cell of a list (notifications-utils, strip_and_remove_obscure_whitespace). Takes valid UTF-8.
std::string tidy_spaces(std::string_view text);

}  // namespace herald
