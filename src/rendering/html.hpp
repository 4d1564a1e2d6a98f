// Escaping for HTML.
//
// Pure; thread-safe; linear.
#pragma once

#include <string>
#include <string_view>

namespace herald::rendering
{

// & < > become entities. Not for attributes: quotes stay.
void append_html_text(std::string& out, std::string_view text);

// The same and both quotes, for a quoted attribute.
void append_html_attribute(std::string& out, std::string_view text);

}  // namespace herald::rendering
