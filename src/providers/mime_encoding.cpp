#include "providers/mime_encoding.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include <fmt/format.h>
#include <unicode/utf8.h>

#include "base/crypto.hpp"

namespace herald::mime
{
namespace
{

constexpr std::size_t kLine = 76;         // RFC 2047 section 2 and RFC 2045 section 6.7
constexpr std::size_t kEncodedWord = 75;  // RFC 2047 section 2
constexpr std::string_view kWordStart = "=?utf-8?B?";
constexpr std::string_view kWordEnd = "?=";

bool is_printable_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// What a reader could take for an encoded word has to be encoded, so that it shows as it was written.
bool looks_encoded(std::string_view text)
{
    return text.find("=?") != std::string_view::npos;
}

// How many bytes of `text` fit into `room`, cut between two characters. At least one character.
std::size_t whole_characters(std::string_view text, std::size_t room)
{
    if (text.size() <= room) return text.size();
    std::size_t end = room;
    while (end > 0 && U8_IS_TRAIL(static_cast<std::uint8_t>(text[end]))) --end;
    return end == 0 ? std::min<std::size_t>(text.size(), 4) : end;
}

std::string encoded_words(std::string_view text, std::size_t column)
{
    constexpr std::size_t frame = kWordStart.size() + kWordEnd.size();
    std::string out;
    // A header name that is too long for a useful first word does not exist here; the floor keeps the arithmetic safe.
    std::size_t room = kLine > column + frame + 8 ? kLine - column - frame : 8;
    while (!text.empty())
    {
        const auto length = whole_characters(text, room / 4 * 3);
        out.append(kWordStart).append(base64_encode(text.substr(0, length))).append(kWordEnd);
        text.remove_prefix(length);
        if (!text.empty()) out.append("\r\n ");
        room = kEncodedWord - frame;
    }
    return out;
}

// Breaks between words. nullopt when a word is too long for a line or spaces would stand alone on one.
std::optional<std::string> fold_words(std::string_view text, std::size_t column)
{
    if (text.empty()) return std::string();
    std::string out;
    while (true)
    {
        const auto space = text.find(' ');
        const auto word = text.substr(0, space);
        if (word.empty() || word.size() + 1 > kLine) return std::nullopt;
        if (column + word.size() > kLine)
        {
            if (out.empty()) return std::nullopt;
            out.insert(out.size() - 1, "\r\n");  // the space before the word begins the new line
            column = 1;
        }
        out.append(word);
        column += word.size();
        if (space == std::string_view::npos) return out;
        out.push_back(' ');
        ++column;
        text.remove_prefix(space + 1);
    }
}

constexpr std::array<char, 16> kHex = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};

// Writes one line of quoted-printable and its CRLF.
void append_quoted_line(std::string& out, std::string_view line)
{
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
    {
        const auto byte = static_cast<unsigned char>(line[i]);
        const bool last = i + 1 == line.size();
        const bool blank = byte == ' ' || byte == '\t';
        // A blank at the end of a line may be stripped on the way (RFC 2045 section 6.7, rule 3).
        const bool literal = blank ? !last : byte > 0x20 && byte < 0x7f && byte != '=';
        const std::size_t width = literal ? 1 : 3;
        if (column + width > (last ? kLine : kLine - 1))
        {
            out.append("=\r\n");
            column = 0;
        }
        if (literal)
        {
            out.push_back(line[i]);
        }
        else
        {
            out.append({'=', kHex[byte >> 4U], kHex[byte & 0x0fU]});
        }
        column += width;
    }
    out.append("\r\n");
}

std::string with_crlf(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 32 + 2);
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        if (text[i] == '\r' || text[i] == '\n')
        {
            if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
            out.append("\r\n");
        }
        else
        {
            out.push_back(text[i]);
        }
    }
    return out;
}

std::string quoted_printable(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    while (!text.empty())
    {
        const auto end = text.find("\r\n");
        append_quoted_line(out, text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    }
    return out;
}

std::string base64_lines(std::string_view text)
{
    constexpr std::size_t bytes_a_line = kLine / 4 * 3;
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), bytes_a_line)))
    {
        out.append(base64_encode(text.substr(0, bytes_a_line))).append("\r\n");
    }
    return out;
}

}  // namespace

std::string header_text(std::string_view text, std::size_t column)
{
    if (is_printable_ascii(text) && !looks_encoded(text))
    {
        if (auto folded = fold_words(text, column)) return *std::move(folded);
    }
    return encoded_words(text, column);
}

std::string header_phrase(std::string_view text, std::size_t column)
{
    if (!is_printable_ascii(text) || looks_encoded(text)) return encoded_words(text, column);
    std::string quoted = "\"";
    for (const char c : text)
    {
        if (c == '"' || c == '\\') quoted.push_back('\\');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    return column + quoted.size() <= kLine ? quoted : encoded_words(text, column);
}

std::string header_date(Instant instant)
{
    // Not locale dependent, as strftime's names would be.
    static constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

EncodedBody encode_body(std::string_view text)
{
    const auto lines = with_crlf(text);
    EncodedBody body{"quoted-printable", quoted_printable(lines)};
    // Text that is mostly not Latin: base64 takes 4/3, quoted-printable up to three times its size.
    if (body.text.size() > lines.size() / 2 * 3)
    {
        body.encoding = "base64";
        body.text = base64_lines(lines);
    }
    return body;
}

bool is_valid_utf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();)
    {
        UChar32 c = 0;
        U8_NEXT(text.data(), i, text.size(), c);
        if (c < 0) return false;
    }
    return true;
}

}  // namespace herald::mime
