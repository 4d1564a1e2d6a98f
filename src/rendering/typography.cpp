#include "rendering/typography.hpp"

#include <algorithm>
#include <cstddef>

#include "rendering/stand_ins.hpp"
#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

constexpr std::string_view kEnDash = "\xE2\x80\x93";
constexpr std::string_view kEmDash = "\xE2\x80\x94";
constexpr std::string_view kOpenSingle = "\xE2\x80\x98";
constexpr std::string_view kCloseSingle = "\xE2\x80\x99";
constexpr std::string_view kOpenDouble = "\xE2\x80\x9C";
constexpr std::string_view kCloseDouble = "\xE2\x80\x9D";

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool is_digit(char32_t c)
{
    return c >= '0' && c <= '9';
}

// A quotation mark, or the first byte of a curly one.
bool may_change(char c)
{
    return c == '\'' || c == '"' || c == kOpenSingle.front();
}

class Typesetter
{
public:
    Typesetter(std::string_view text, const TypographyContext& context) : text_(text), context_(context)
    {
        out_.reserve(text.size() + text.size() / 16 + 4);
    }

    std::string run()
    {
        while (at_ < text_.size())
        {
            const auto white = white_until(at_);
            if (white > at_)
                space(white);
            else
                word();
        }
        return std::move(out_);
    }

private:
    // Past the white space at `at`.
    std::size_t white_until(std::size_t at) const
    {
        while (at < text_.size())
        {
            auto next = at;
            if (!is_white_space(next_code_point(text_, next))) break;
            at = next;
        }
        return at;
    }

    // Past the one to three hyphens or dashes at `at`.
    std::size_t dashes_until(std::size_t at) const
    {
        constexpr int kMost = 3;
        for (int i = 0; i < kMost; ++i)
        {
            const auto rest = text_.substr(at);
            const std::size_t length = rest.starts_with('-')                                    ? 1
                                       : rest.starts_with(kEnDash) || rest.starts_with(kEmDash) ? kEnDash.size()
                                                                                                : 0;
            if (length == 0) break;
            at += length;
        }
        return at;
    }

    void space(std::size_t end)
    {
        const auto dashes = dashes_until(end);
        const auto behind = white_until(dashes);
        const bool one_line = !text_.substr(at_, behind - at_).contains('\n');
        if (dashes > end && behind > dashes && one_line)
        {
            out_ += " ";
            out_ += kEnDash;
            out_ += " ";
            at_ = behind;
            return;
        }
        auto kept = text_.substr(at_, end - at_);
        if (end < text_.size() && (text_[end] == ',' || text_[end] == '.'))
            while (!kept.empty() && is_blank(kept.back())) kept.remove_suffix(1);
        out_ += kept;
        at_ = end;
    }

    // Past the characters at `at` that are no white space.
    std::size_t word_until(std::size_t at) const
    {
        while (at < text_.size())
        {
            const auto byte = static_cast<unsigned char>(text_[at]);
            auto next = at + 1;
            if (byte <= ' ' || byte >= 0x7F)
            {
                next = at;
                if (is_white_space(next_code_point(text_, next))) break;
            }
            at = next;
        }
        return at;
    }

    void word()
    {
        const auto end = word_until(at_);
        const auto word = text_.substr(at_, end - at_);
        const auto sign = word.find('@', 1);
        const bool address = sign != std::string_view::npos && sign + 1 < word.size();
        while (at_ < end)
        {
            const auto rest = text_.substr(at_, end - at_);
            const auto* const changing = std::ranges::find_if(rest, may_change);
            out_.append(rest.begin(), changing);
            at_ += static_cast<std::size_t>(changing - rest.begin());
            if (at_ < end) mark(address);
        }
    }

    // One quotation mark, or the first byte of a character that might have been one.
    void mark(bool in_address)
    {
        const auto rest = text_.substr(at_);
        const char c = rest.front();
        std::size_t length = 1;
        if (in_address && (rest.starts_with(kOpenSingle) || rest.starts_with(kCloseSingle)))
        {
            out_.push_back('\'');
            length = kOpenSingle.size();
        }
        else if (c == '\'' && !context_.keep_quotes && !in_address)
            out_ += closes_single() ? kCloseSingle : kOpenSingle;
        else if (c == '"' && !context_.keep_quotes)
            out_ += closes_double() ? kCloseDouble : kOpenDouble;
        else
            out_.push_back(c);
        at_ += length;
    }

    char32_t before() const
    {
        if (at_ == 0) return context_.before;
        auto start = at_ - 1;
        while (start > 0 && (static_cast<unsigned char>(text_[start]) & 0xC0U) == 0x80) --start;
        const auto c = next_code_point(text_, start);
        const char mark = stood_for(c);
        return mark == '\0' ? c : static_cast<char32_t>(mark);
    }

    char32_t after(std::size_t distance) const
    {
        auto at = at_ + distance;
        return at < text_.size() ? next_code_point(text_, at) : at == text_.size() ? context_.after : 0;
    }

    // Behind white space or two hyphens, and before a word.
    bool begins_word(char32_t previous) const
    {
        const bool hyphens = at_ >= 2 && text_.substr(at_ - 2, 2) == "--";
        return is_word(after(1)) && (hyphens || previous == 0 || is_white_space(previous));
    }

    static bool may_close_behind(char32_t c)
    {
        return c != 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != '[' && c != '{' && c != '(' &&
               c != '-';
    }

    bool closes_single() const
    {
        const auto previous = before();
        const bool decade = is_digit(after(1)) && is_digit(after(2)) && after(3) == 's';
        if (decade) return true;
        if (previous == '"' && is_word(after(1))) return false;
        if (after(1) == '"' && is_word(after(2))) return false;
        if (begins_word(previous)) return false;
        return may_close_behind(previous) && !is_digit(after(1));
    }

    bool closes_double() const
    {
        const auto previous = before();
        if (previous == '\'' && is_word(after(1))) return false;
        if (after(1) == '\'' && is_word(after(2))) return false;
        if (begins_word(previous)) return false;
        const auto next = after(1);
        return (next != 0 && is_white_space(next)) || may_close_behind(previous);
    }

    std::string_view text_;
    const TypographyContext& context_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

std::string set_typography(std::string_view text, const TypographyContext& context)
{
    return Typesetter(text, context).run();
}

}  // namespace herald::rendering
