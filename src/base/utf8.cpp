#include "base/utf8.hpp"

namespace herald
{
namespace
{

struct Lead
{
    std::size_t length;
    char32_t bits;
    char32_t smallest;  // below it the form is overlong
};

Lead lead_of(std::uint8_t byte)
{
    if (byte < 0x80) return {1, byte, 0};
    if ((byte & 0xe0) == 0xc0) return {2, byte & 0x1fU, 0x80};
    if ((byte & 0xf0) == 0xe0) return {3, byte & 0x0fU, 0x800};
    if ((byte & 0xf8) == 0xf0) return {4, byte & 0x07U, 0x10000};
    return {0, 0, 0};
}

}  // namespace

CodePoint first_code_point(std::string_view text)
{
    const Lead lead = lead_of(static_cast<std::uint8_t>(text.front()));
    if (lead.length == 0 || text.size() < lead.length) return {};
    char32_t value = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i)
    {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xc0) != 0x80) return {};
        value = value << 6 | (byte & 0x3fU);
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < lead.smallest || surrogate || value > 0x10ffff) return {};
    return {value, lead.length};
}

void append_utf8(std::string& target, char32_t value)
{
    const auto tail = [&target, value](int shift)
    {
        target += static_cast<char>(0x80 | ((value >> shift) & 0x3f));
    };
    if (value < 0x80)
    {
        target += static_cast<char>(value);
    }
    else if (value < 0x800)
    {
        target += static_cast<char>(0xc0 | (value >> 6));
        tail(0);
    }
    else if (value < 0x10000)
    {
        target += static_cast<char>(0xe0 | (value >> 12));
        tail(6);
        tail(0);
    }
    else
    {
        target += static_cast<char>(0xf0 | (value >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

bool is_utf8(std::string_view text)
{
    while (!text.empty())
    {
        const std::size_t length = first_code_point(text).length;
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace herald
