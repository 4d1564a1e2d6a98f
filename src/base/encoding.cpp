// The text encodings of crypto.hpp: hex, base64 (RFC 4648, 4) and base64url (RFC 4648, 5). Decoders take the canonical
// form only.
#include <cstdint>

#include "base/crypto.hpp"

namespace herald
{
namespace
{

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNone = 0xff;

using ValueTable = std::array<std::uint8_t, 256>;

constexpr ValueTable values_of(std::string_view alphabet)
{
    ValueTable table{};
    table.fill(kNone);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}

constexpr ValueTable kValues = values_of(kAlphabet);
constexpr ValueTable kUrlValues = values_of(kUrlAlphabet);

std::string encode64(std::string_view bytes, std::string_view alphabet)
{
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : bytes)
    {
        pending = pending << 8 | static_cast<std::uint8_t>(c);
        for (bits += 8; bits >= 6; bits -= 6) text += alphabet[(pending >> (bits - 6)) & 63];
    }
    if (bits > 0) text += alphabet[(pending << (6 - bits)) & 63];
    return text;
}

std::optional<std::string> decode64(std::string_view text, const ValueTable& values)
{
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char c : text)
    {
        const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == kNone) return std::nullopt;
        pending = pending << 6 | value;
        bits += 6;
        if (bits >= 8)
        {
            bits -= 8;
            bytes += static_cast<char>(pending >> bits);
        }
    }
    if ((pending & ((1U << bits) - 1)) != 0) return std::nullopt;  // two texts for the same bytes
    return bytes;
}

std::optional<std::uint8_t> hex_value(char c)
{
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

}  // namespace

std::string hex_encode(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes)
    {
        const auto byte = static_cast<std::uint8_t>(c);
        text += kHexDigits[byte >> 4];
        text += kHexDigits[byte & 0x0f];
    }
    return text;
}

std::optional<std::string> hex_decode(std::string_view text)
{
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2)
    {
        const auto high = hex_value(text[i]);
        const auto low = hex_value(text[i + 1]);
        if (!high || !low) return std::nullopt;
        bytes += static_cast<char>(*high << 4 | *low);
    }
    return bytes;
}

std::string base64_encode(std::string_view bytes)
{
    std::string text = encode64(bytes, kAlphabet);
    while (text.size() % 4 != 0) text += '=';
    return text;
}

std::optional<std::string> base64_decode(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    return decode64(text, kValues);
}

std::string base64url_encode(std::string_view bytes)
{
    return encode64(bytes, kUrlAlphabet);
}

std::optional<std::string> base64url_decode(std::string_view text)
{
    return decode64(text, kUrlValues);
}

}  // namespace herald
