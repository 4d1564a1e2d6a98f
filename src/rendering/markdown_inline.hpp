// The text of one block, written so that cmark finds links, images and entities in it and nothing else
// (rendering/markdown_dialect.hpp).
//
// Pure functions; thread-safe; linear in the size of the text.
#pragma once

#include <string>
#include <string_view>

namespace herald::rendering
{

// `text` is a whole paragraph, item or heading, with '\n' where a line breaks. With definitions anywhere in the source
// [name] alone may be a link too.
void append_inline(std::string& out, std::string_view text, bool has_definitions);

// Nothing in `text` has a meaning. It is one line.
void append_literal(std::string& out, std::string_view text);

}  // namespace herald::rendering
