// Optional values as JSON: null when there is none.
#pragma once

#include <optional>
#include <string>

#include "base/json.hpp"

namespace herald::http
{

template <class T>
json::value or_null(const std::optional<T>& value)
{
    if (!value) return nullptr;
    return json::value(*value);
}

// An id as its text, an instant by `format` (format_v1, format_v2).
template <class T, class Format>
json::value or_null(const std::optional<T>& value, Format format)
{
    if (!value) return nullptr;
    return json::value(format(*value));
}

}  // namespace herald::http
