// What a benchmark measured: each figure once, with its meaning, for JSON and for people. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace herald::bench
{

struct Figure
{
    std::string_view name;  // in JSON; a literal, as is `meaning`
    std::variant<double, std::uint64_t> value;
    std::string_view meaning;
};

struct Report
{
    std::string_view command;  // "accept"
    std::vector<Figure> figures;
};

// One line: the figures at the top, for a command of its own, and again under the command's name, for a file of
// several.
std::string to_json(const Report& report);
// A line for each figure: the value, then its meaning.
std::string to_text(const Report& report);

}  // namespace herald::bench
