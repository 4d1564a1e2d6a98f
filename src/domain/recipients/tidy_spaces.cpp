#include "domain/recipients/tidy_spaces.hpp"

#include <algorithm>
#include <array>

namespace herald
{
namespace
{

constexpr std::string_view kAsciiSpaces = " \t\n\r\v\f";

// Mongolian vowel separator, zero-width space, non-joiner and joiner, word joiner, byte order mark, and the space that
// does not break.
constexpr std::array<std::string_view, 7> kObscureSpaces = {"\u180e", "\u200b", "\u200c", "\u200d",
                                                            "\u2060", "\ufeff", "\u00a0"};

std::size_t obscure_space_length(std::string_view text)
{
    for (const auto space : kObscureSpaces)
        if (text.starts_with(space)) return space.size();
    return 0;
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string_view trim(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(kAsciiSpaces), text.size()));
    return text.substr(0, text.find_last_not_of(kAsciiSpaces) + 1);
}

}  // namespace

std::string tidy_spaces(std::string_view text)
{
    if (is_ascii(text)) return std::string(trim(text));

    std::string kept;
    kept.reserve(text.size());
    while (!text.empty())
    {
        const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
        const std::size_t skip = ascii ? 0 : obscure_space_length(text);
        if (skip == 0) kept += text.front();
        text.remove_prefix(std::max<std::size_t>(skip, 1));
    }
    return std::string(trim(kept));
}

}  // namespace herald
