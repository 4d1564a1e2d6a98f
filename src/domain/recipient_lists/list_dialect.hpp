// Which character parts the cells of a list: it is told from the header line.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace herald
{

inline constexpr std::string_view kDelimiters = ",;\t|";  // in order of preference

// Finds the header line, the first that says something, in text that is still coming in.
class HeaderFinder
{
public:
    // `text` is what there is from the start on, with more at its end each time. Blank lines are dropped from it. True:
    // line() is the header line, or the beginning of one that is too long.
    bool find(std::string& text);

    std::string_view line(std::string_view text) const { return text.substr(0, at_); }

private:
    void look_at(char c);

    std::size_t at_ = 0;  // what was looked at
    bool says_something_ = false;
    bool cell_start_ = true;
    bool in_quotes_ = false;
    bool after_quote_ = false;
};

// The delimiter that Excel's first line "sep=;" names. Nothing for any other line.
std::optional<char> named_delimiter(std::string_view line);

// The delimiter by which the header line has the most of the wanted columns, given by their column_key(), and
// among equals the one that makes the most cells.
char choose_delimiter(std::string_view header_line, std::span<const std::string> wanted);

}  // namespace herald
