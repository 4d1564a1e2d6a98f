// What commands print: for people, aligned text; with --json, one line of JSON. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"

namespace herald::cli
{

// The answer of a command in both forms. `text` ends with a line break, or is empty.
struct Answer
{
    json::value json;
    std::string text;
};

using Row = std::vector<std::string>;

// Columns as wide as their widest cell, two spaces between; the first row is the heading. "none" and a line break when
// there are no others.
std::string table(const std::vector<Row>& rows);
// "name   value" lines. A value of several lines stays in its column.
std::string facts(const std::vector<std::pair<std::string, std::string>>& lines);

std::string yes_no(bool value);
// "2026-11-23 09:05:07 UTC"; "-" when there is none.
std::string moment(std::optional<Instant> instant);
// A string of the form of the v2 API, or null.
json::value json_moment(std::optional<Instant> instant);
// A string, or null when empty.
json::value json_text(std::string_view text);

}  // namespace herald::cli
