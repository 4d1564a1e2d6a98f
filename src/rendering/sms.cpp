#include "rendering/sms.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "rendering/gsm.hpp"
#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

constexpr int kAlone = 160;
constexpr int kSplit = 153;
constexpr int kAloneUnicode = 70;
constexpr int kSplitUnicode = 67;

// Tidies and encodes in one pass over the characters: white space collapses to one space within a line and to at most
// one empty line between lines, blanks go away before a comma or full stop, and what cannot be sent is replaced.
class SmsWriter
{
public:
    explicit SmsWriter(std::size_t expected) { body_.reserve(expected); }

    void put(char32_t c)
    {
        if (c == ' ' || c == '\t')
            blanks_ = true;
        else if (is_line_break(c))
            line_break(c);
        else if (is_white_space(c))
            settle(true);
        else if (is_zero_width(c))
            settle(false);
        else
            visible(c);
        after_return_ = c == '\r';
    }

    RenderedSms finish()
    {
        RenderedSms sms;
        sms.body = std::move(body_);
        sms.characters = characters_;
        sms.unicode = unicode_;
        sms.downgraded = std::move(downgraded_);
        const int alone = unicode_ ? kAloneUnicode : kAlone;
        const int split = unicode_ ? kSplitUnicode : kSplit;
        const int units = unicode_ ? characters_ : characters_ + extended_;
        sms.fragments = units <= alone ? 1 : (units + split - 1) / split;
        return sms;
    }

private:
    void line_break(char32_t c)
    {
        if (!(c == '\n' && after_return_)) ++breaks_;
        blanks_ = space_ = false;
    }

    // Blanks that something stands behind are not "directly before punctuation" any more.
    void settle(bool white)
    {
        space_ = space_ || blanks_ || white;
        blanks_ = false;
    }

    void visible(char32_t c)
    {
        const bool space = space_ || (blanks_ && c != ',' && c != '.');
        if (!body_.empty() && breaks_ > 0)
            write_ascii('\n', std::min(breaks_, 2));
        else if (!body_.empty() && space)
            write_ascii(' ', 1);
        breaks_ = 0;
        blanks_ = space_ = false;
        encode(c);
    }

    void encode(char32_t c)
    {
        if (classify_sms_letter(c) != SmsLetter::foreign) return write(c);
        downgraded_.push_back(c);
        const auto replacement = downgrade_sms_letter(c);
        for (std::size_t i = 0; i < replacement.size; ++i) write(replacement.letters[i]);
    }

    void write(char32_t c)
    {
        const auto letter = classify_sms_letter(c);
        unicode_ = unicode_ || letter == SmsLetter::unicode;
        extended_ += letter == SmsLetter::extended ? 1 : 0;
        ++characters_;
        append_utf8(body_, c);
    }

    void write_ascii(char c, int count)
    {
        body_.append(static_cast<std::size_t>(count), c);
        characters_ += count;
    }

    std::string body_;
    int characters_ = 0;
    int extended_ = 0;
    bool unicode_ = false;
    std::u32string downgraded_;

    int breaks_ = 0;             // line breaks since the last visible character
    bool blanks_ = false;        // the characters just read are blanks
    bool space_ = false;         // white space before those, on the same line
    bool after_return_ = false;  // the last character was a carriage return
};

RenderedSms write_all(std::string_view text)
{
    SmsWriter writer(text.size());
    if (is_ascii(text))
    {
        for (const char c : text) writer.put(static_cast<unsigned char>(c));
        return writer.finish();
    }
    // An accent typed after its letter would come out as "?", so letter and accent are made one first.
    const auto composed = compose(text);
    for (std::size_t at = 0; at < composed.size();) writer.put(next_code_point(composed, at));
    return writer.finish();
}

}  // namespace

RenderedSms render_sms(const CompiledTemplate& sms, const Personalisation& values,
                       std::optional<std::string_view> prefix, MissingStyle missing)
{
    auto text = sms.fill_content(values, ListStyle::sentence, missing);
    if (!prefix || prefix->empty())
    {
        auto rendered = write_all(text);
        rendered.characters_without_prefix = rendered.characters;
        return rendered;
    }
    const auto name = trim(*prefix);
    text.insert(0, ": ").insert(0, name);
    auto rendered = write_all(text);
    constexpr int kColonAndSpace = 2;
    rendered.characters_without_prefix = std::max(0, rendered.characters - write_all(name).characters - kColonAndSpace);
    return rendered;
}

Result<void> check_sms_not_empty(const RenderedSms& sms)
{
    if (sms.characters_without_prefix == 0) return fail(ErrorKind::bad_request, "Your message is empty.");
    return {};
}

Result<void> check_sms_length(const RenderedSms& sms)
{
    if (sms.characters_without_prefix <= kMaxSmsCharacters) return {};
    return fail(ErrorKind::bad_request,
                fmt::format("Your message is too long. Text messages cannot be longer than {} characters. "
                            "Your message is {} characters long.",
                            kMaxSmsCharacters, sms.characters_without_prefix));
}

bool sms_content_too_long(std::string_view content)
{
    const auto sms = CompiledTemplate::compile(Channel::sms, {}, content);
    return render_sms(sms, {}, std::nullopt, MissingStyle::omitted).characters > kMaxSmsCharacters;
}

}  // namespace herald::rendering
