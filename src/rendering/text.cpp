#include "rendering/text.hpp"

#include <algorithm>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>

namespace herald::rendering
{

namespace
{

constexpr char32_t kReplacement = 0xFFFD;

unsigned char byte_at(std::string_view text, std::size_t position)
{
    return static_cast<unsigned char>(text[position]);
}

bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0U) == 0x80;
}

// The length a lead byte announces; 0 for a byte that cannot lead.
std::size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool is_scalar(char32_t c, std::size_t length)
{
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    return c >= kSmallest[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& position)
{
    const auto lead = byte_at(text, position++);
    const auto length = sequence_length(lead);
    if (length == 1) return lead;
    if (length == 0 || position + length - 1 > text.size()) return kReplacement;

    auto c = static_cast<char32_t>(lead & (0xFFU >> (length + 1)));
    for (std::size_t i = 0; i + 1 < length; ++i)
    {
        const auto next = byte_at(text, position + i);
        if ((next & 0xC0U) != 0x80U) return kReplacement;
        c = (c << 6U) | (next & 0x3FU);
    }
    if (!is_scalar(c, length)) return kReplacement;
    position += length - 1;
    return c;
}

void append_utf8(std::string& out, char32_t code_point)
{
    const auto put = [&out](char32_t byte)
    {
        out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    };
    if (code_point < 0x80) return put(code_point);
    if (code_point < 0x800)
    {
        put(0xC0U | (code_point >> 6U));
        return put(0x80U | (code_point & 0x3FU));
    }
    if (code_point < 0x10000)
    {
        put(0xE0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        return put(0x80U | (code_point & 0x3FU));
    }
    put(0xF0U | (code_point >> 18U));
    put(0x80U | ((code_point >> 12U) & 0x3FU));
    put(0x80U | ((code_point >> 6U) & 0x3FU));
    put(0x80U | (code_point & 0x3FU));
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_line_break(char32_t c)
{
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_white_space(char32_t c)
{
    if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_zero_width(char32_t c)
{
    return c == 0x180E || (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
}

bool is_word(char32_t c)
{
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    return u_isalnum(static_cast<UChar32>(c)) != 0;
}

std::string_view trim(std::string_view text)
{
    std::size_t begin = 0;
    for (auto next = begin; begin < text.size(); begin = next)
    {
        if (!is_white_space(next_code_point(text, next))) break;
    }
    std::size_t end = text.size();
    while (end > begin)
    {
        auto start = end - 1;
        while (start > begin && is_continuation(byte_at(text, start))) --start;
        auto next = start;
        if (!is_white_space(next_code_point(text, next)) || next != end) break;
        end = start;
    }
    return text.substr(begin, end - begin);
}

std::string tidy_item(std::string_view text)
{
    std::string kept;
    kept.reserve(text.size());
    for (std::size_t at = 0; at < text.size();)
    {
        const auto c = next_code_point(text, at);
        if (!is_zero_width(c) && c != 0x2028 && c != 0x2029 && c != 0xA0 && c != 0x202F) append_utf8(kept, c);
    }
    const auto first = std::ranges::find_if_not(kept, is_ascii_space);
    const auto last = std::find_if_not(kept.rbegin(), kept.rend(), is_ascii_space).base();
    return first < last ? std::string(first, last) : std::string();
}

std::string collapse_white_space(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    bool space = false;
    for (std::size_t at = 0; at < text.size();)
    {
        const auto c = next_code_point(text, at);
        if (is_zero_width(c)) continue;
        if (is_white_space(c))
        {
            space = !out.empty();
            continue;
        }
        if (space) out.push_back(' ');
        space = false;
        append_utf8(out, c);
    }
    return out;
}

std::string_view first_code_points(std::string_view text, std::size_t count)
{
    std::size_t at = 0;
    for (; count > 0 && at < text.size(); --count) next_code_point(text, at);
    return text.substr(0, at);
}

std::string compose(std::string_view text)
{
    UErrorCode status = U_ZERO_ERROR;
    const auto* const nfc = icu::Normalizer2::getNFCInstance(status);
    if (U_FAILURE(status)) return std::string(text);
    std::string out;
    icu::StringByteSink<std::string> sink(&out, static_cast<int32_t>(text.size()));
    nfc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr, status);
    return U_SUCCESS(status) ? out : std::string(text);
}

}  // namespace herald::rendering
