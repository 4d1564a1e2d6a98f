// What a line of the Markdown dialect begins: each function looks at one line, without its indentation where it says
// `text` (rendering/markdown.hpp has the rules).
//
// Pure functions; thread-safe; views into what they are given.
#pragma once

#include <optional>
#include <string_view>

namespace herald::rendering
{

std::string_view trim_spaces_left(std::string_view text);
std::string_view trim_spaces_right(std::string_view text);

// Three or more of - * _ with nothing but spaces between.
bool is_rule(std::string_view text);

// What the line makes of the line before it: 1 when it is all =, 2 when it is all -, 0 for any other line.
int underline_level(std::string_view line);

struct Heading
{
    int level;  // 1 to 6
    std::string_view text;
};

std::optional<Heading> read_heading(std::string_view text);

struct ListMark
{
    bool ordered;
    bool spaced;  // white space behind the mark
    std::string_view text;
};

// No mark without text behind it, nor one that is rather a decimal, a negative number or doubled.
std::optional<ListMark> read_list_mark(std::string_view text);

// [label]: target "title"
struct Definition
{
    std::string_view label;
    std::string_view target;
    std::string_view title;
};

std::optional<Definition> read_definition(std::string_view text);

// The second line of a table.
bool is_table_ruler(std::string_view text);

}  // namespace herald::rendering
