#include "http/rows_text.hpp"

#include <fmt/format.h>

namespace herald::http
{

bool RowsText::add(const json::value& row)
{
    std::string one = to_wire(row);
    one.pop_back();  // the newline
    const bool is_first = text_.empty();
    if (!is_first && text_.size() + one.size() > max_bytes_) return false;
    if (is_first)
        text_ = std::move(one);
    else
        text_.append(",").append(one);
    return true;
}

// No text of the page can be taken for the member: inside a string the quotes are escaped.
std::string RowsText::in(const json::object& page, std::string_view name) &&
{
    std::string text = to_wire(page);
    const std::string member = fmt::format("\"{}\":[", name);
    text.insert(text.find(member) + member.size(), text_);
    return text;
}

}  // namespace herald::http
