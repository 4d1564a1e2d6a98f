#include "providers/smtp/smtp_reply.hpp"

#include <algorithm>

namespace herald
{
namespace
{

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool equal_ignoring_case(std::string_view text, std::string_view upper_case)
{
    return std::ranges::equal(text, upper_case, {}, upper);
}

std::string_view first_word(std::string_view text)
{
    return text.substr(0, text.find(' '));
}

// Three digits, of which the first is 2 to 5. 0: not a code.
int read_code(std::string_view line)
{
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2])) return 0;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

// The enhanced code that a text begins with, if it is of the same class as the reply (RFC 2034 section 4).
std::string_view read_enhanced(std::string_view text, char kind)
{
    const auto word = first_word(text);
    const auto dot = word.find('.', 2);
    if (word.size() < 5 || word[0] != kind || word[1] != '.' || dot == std::string_view::npos) return {};
    const auto subject = word.substr(2, dot - 2);
    const auto detail = word.substr(dot + 1);
    const auto is_number = [](std::string_view digits)
    {
        return !digits.empty() && digits.size() <= 3 && std::ranges::all_of(digits, is_digit);
    };
    return is_number(subject) && is_number(detail) ? word : std::string_view{};
}

}  // namespace

std::string SmtpReply::codes() const
{
    const auto number = std::to_string(code);
    return enhanced.empty() ? number : number + " " + enhanced;
}

SmtpReplyRead read_smtp_reply(std::string_view received)
{
    SmtpReplyRead out;
    const auto malformed = [&out]
    {
        out.state = SmtpReplyRead::State::malformed;
        return out;
    };
    while (true)
    {
        const auto rest = received.substr(out.used);
        const auto end = rest.find('\n');
        if (out.used + std::min(end, rest.size()) >= kMaxSmtpReply) return malformed();
        if (end == std::string_view::npos) return out;
        auto line = rest.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);

        const int code = read_code(line);
        const char separator = line.size() > 3 ? line[3] : ' ';
        const bool goes_on = separator == '-';
        if (code == 0 || (!goes_on && separator != ' ')) return malformed();
        if (out.reply.lines.empty()) out.reply.code = code;
        if (out.reply.code != code) return malformed();

        const auto text = line.substr(std::min<std::size_t>(4, line.size()));
        if (out.reply.lines.empty()) out.reply.enhanced = read_enhanced(text, line[0]);
        out.reply.lines.emplace_back(text);
        out.used += end + 1;
        if (goes_on) continue;
        out.state = SmtpReplyRead::State::complete;
        return out;
    }
}

std::optional<std::string_view> offered(const SmtpReply& hello, std::string_view keyword)
{
    // The first line is the server's greeting.
    for (std::size_t i = 1; i < hello.lines.size(); ++i)
    {
        const std::string_view line = hello.lines[i];
        const auto word = first_word(line);
        if (equal_ignoring_case(word, keyword)) return line.substr(std::min(line.size(), word.size() + 1));
    }
    return std::nullopt;
}

bool lists_word(std::string_view words, std::string_view word)
{
    while (!words.empty())
    {
        const auto next = first_word(words);
        if (equal_ignoring_case(next, word)) return true;
        words.remove_prefix(std::min(words.size(), next.size() + 1));
    }
    return false;
}

}  // namespace herald
