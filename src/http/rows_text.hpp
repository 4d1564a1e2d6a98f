// The rows of a list as wire text, made one by one: never are all of them there as values, and a page has a bound in
// bytes besides the one in rows.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"

namespace herald::http
{

// A page ends with the row that would take it beyond; one row is always given, whatever its size. 250 emails of 16 KB
// fit.
inline constexpr std::size_t kMostPageBytes = 4'000'000;

class RowsText
{
public:
    explicit RowsText(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    // False: the page is full, and the row is not in it.
    bool add(const json::value& row);

    // `page` in wire form, with the rows as its member `name`, which must be an empty array in it.
    [[nodiscard]] std::string in(const json::object& page, std::string_view name) &&;

private:
    const std::size_t max_bytes_;
    std::string text_;
};

}  // namespace herald::http
