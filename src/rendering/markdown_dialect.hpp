// The dialect rewritten as CommonMark, so that cmark can read it (rendering/markdown.hpp says what the dialect is).
//
// Marks of the dialect become their CommonMark counterparts on lines of their own; punctuation that means something in
// CommonMark but nothing here becomes a stand-in (rendering/stand_ins.hpp). So do the line breaks within a paragraph,
// which makes it one node, and the brackets that cannot make a link: cmark spends 144 bytes on each that it is shown.
//
// Pure function; thread-safe; linear in the size of the source.
#pragma once

#include <string>
#include <string_view>

namespace herald::rendering
{

// The output is at most kMaxNesting * 5 bytes a line longer than four times the source (tabs become spaces).
std::string to_commonmark(std::string_view source);

}  // namespace herald::rendering
