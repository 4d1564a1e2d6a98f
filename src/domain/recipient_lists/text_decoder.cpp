#include "domain/recipient_lists/text_decoder.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kFirstLook = 1024;  // bytes
constexpr char32_t kUnreadable = 0xfffd;

// How files begin that people take for lists: .xlsx, .ods and archives; .xls; PDF; gzip; RTF; PNG.
constexpr std::array<std::string_view, 6> kOtherFormats = {"PK\x03\x04", "\xd0\xcf\x11\xe0", "%PDF-",
                                                           "\x1f\x8b",   "{\\rtf",           "\x89PNG"};

// 0x80 to 0x9f; the rest of Windows-1252 is Latin-1. (WHATWG's index has controls where codes are free.)
constexpr std::array<char16_t, 32> kWindows1252 = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                   0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                                   0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                   0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

std::uint8_t byte(char c)
{
    return static_cast<std::uint8_t>(c);
}

bool is_plain(char c)
{
    return byte(c) < 0x80 && c != '\0';
}

char32_t from_windows_1252(char c)
{
    return byte(c) < 0xa0 ? kWindows1252[byte(c) - 0x80U] : byte(c);
}

// Whether more bytes can make a UTF-8 character of this.
bool is_beginning(std::string_view text)
{
    const auto lead = byte(text.front());
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    return lead >= 0xc0 && lead < 0xf8 && text.size() < length &&
           std::ranges::all_of(text.substr(1), [](char c) { return (byte(c) & 0xc0) == 0x80; });
}

// Pairs of bytes of which one is zero: Latin letters in UTF-16.
struct ZeroBytes
{
    std::size_t pairs = 0;
    std::size_t first = 0;
    std::size_t second = 0;
};

ZeroBytes count_zero_bytes(std::string_view text)
{
    ZeroBytes counts;
    for (counts.pairs = 0; counts.pairs < text.size() / 2; ++counts.pairs)
    {
        const bool first = text[2 * counts.pairs] == '\0';
        const bool second = text[2 * counts.pairs + 1] == '\0';
        if (first && !second) ++counts.first;
        if (second && !first) ++counts.second;
    }
    return counts;
}

// A fifth is enough: the recipient's column has a Latin name whatever the others have.
bool outweighs(std::size_t zeros, std::size_t others, std::size_t pairs)
{
    return zeros > 4 * others && 5 * zeros >= pairs;
}

bool is_binary(std::string_view text)
{
    const auto controls = std::ranges::count_if(
        text, [](char c) { return byte(c) < 0x20 && !std::string_view("\t\n\v\f\r").contains(c); });
    return static_cast<std::size_t>(controls) * 8 > text.size();
}

}  // namespace

bool TextDecoder::feed(std::string_view bytes, std::string& out)
{
    if (encoding_ == Encoding::not_text) return false;
    held_ += bytes;
    if (encoding_ == Encoding::undecided && held_.size() < kFirstLook) return true;
    return decode(out, false);
}

bool TextDecoder::finish(std::string& out)
{
    return decode(out, true);
}

bool TextDecoder::decode(std::string& out, bool last)
{
    if (encoding_ == Encoding::undecided) begin();
    if (encoding_ == Encoding::not_text)
    {
        held_.clear();
        return false;
    }
    const bool wide = encoding_ == Encoding::utf16_le || encoding_ == Encoding::utf16_be;
    held_.erase(0, wide ? decode_utf16(out, last) : decode_bytes(out, last));
    return true;
}

// Looks at the first kilobyte alone, however much there is, so that the chunks do not matter.
void TextDecoder::begin()
{
    const auto start = std::string_view(held_).substr(0, kFirstLook);
    const auto begins_with = [start](std::string_view signature)
    {
        return start.starts_with(signature);
    };
    const auto zeros = count_zero_bytes(start);
    std::size_t mark = 0;
    if (begins_with("\xef\xbb\xbf"))
    {
        encoding_ = Encoding::utf8;
        mark = 3;
    }
    else if (begins_with("\xff\xfe") || begins_with("\xfe\xff"))
    {
        encoding_ = begins_with("\xff\xfe") ? Encoding::utf16_le : Encoding::utf16_be;
        mark = 2;
    }
    else if (std::ranges::any_of(kOtherFormats, begins_with))
        encoding_ = Encoding::not_text;
    else if (outweighs(zeros.second, zeros.first, zeros.pairs) && zeros.second > 0)
        encoding_ = Encoding::utf16_le;
    else if (outweighs(zeros.first, zeros.second, zeros.pairs) && zeros.first > 0)
        encoding_ = Encoding::utf16_be;
    else
        encoding_ = is_binary(start) ? Encoding::not_text : Encoding::ascii;
    held_.erase(0, mark);
}

std::size_t TextDecoder::decode_bytes(std::string& out, bool last)
{
    const std::string_view text = held_;
    std::size_t at = 0;
    while (at < text.size())
    {
        const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(text.substr(at), is_plain) - text.begin());
        out.append(text, at, plain - at);
        at = plain;
        if (at == text.size()) break;
        const std::size_t used = decode_character(text.substr(at), out, last);
        if (used == 0) break;
        at += used;
    }
    return at;
}

// One character that is not plain; 0: it has to wait for its other bytes.
std::size_t TextDecoder::decode_character(std::string_view text, std::string& out, bool last)
{
    if (text.front() == '\0')
    {
        append_utf8(out, kUnreadable);
        return 1;
    }
    if (encoding_ != Encoding::windows_1252)
    {
        if (const auto length = first_code_point(text).length; length > 0)
        {
            encoding_ = Encoding::utf8;
            out.append(text, 0, length);
            return length;
        }
        if (!last && is_beginning(text)) return 0;
        if (encoding_ == Encoding::ascii) encoding_ = Encoding::windows_1252;
    }
    append_utf8(out, encoding_ == Encoding::windows_1252 ? from_windows_1252(text.front()) : kUnreadable);
    return 1;
}

std::size_t TextDecoder::decode_utf16(std::string& out, bool last) const
{
    const auto unit = [this](std::size_t at)
    {
        const auto high = byte(held_[encoding_ == Encoding::utf16_be ? at : at + 1]);
        const auto low = byte(held_[encoding_ == Encoding::utf16_be ? at + 1 : at]);
        return static_cast<char32_t>(high << 8 | low);
    };
    std::size_t at = 0;
    while (at + 1 < held_.size())
    {
        char32_t value = unit(at);
        const bool leads = value >= 0xd800 && value < 0xdc00;
        if (leads && at + 3 >= held_.size() && !last) return at;
        const char32_t next = leads && at + 3 < held_.size() ? unit(at + 2) : 0;
        at += 2;
        if (next >= 0xdc00 && next < 0xe000)
        {
            value = 0x10000 + ((value - 0xd800) << 10) + (next - 0xdc00);
            at += 2;
        }
        const bool lone = value >= 0xd800 && value < 0xe000;
        append_utf8(out, lone || value == 0 ? kUnreadable : value);
    }
    if (last && at < held_.size())
    {
        append_utf8(out, kUnreadable);
        ++at;
    }
    return at;
}

}  // namespace herald
