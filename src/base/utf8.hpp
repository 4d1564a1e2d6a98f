// Reading UTF-8 one code point at a time. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace herald
{

struct CodePoint
{
    char32_t value = 0;
    std::size_t length = 0;  // bytes it takes; 0: what stands there is not UTF-8
};

// The code point that `text` (not empty) begins with. Overlong forms, surrogates and values above U+10FFFF are not
// UTF-8 (RFC 3629).
CodePoint first_code_point(std::string_view text);

void append_utf8(std::string& target, char32_t value);

bool is_utf8(std::string_view text);

}  // namespace herald
