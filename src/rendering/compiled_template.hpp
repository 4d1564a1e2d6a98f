// A template parsed once: its text cut at the placeholders.
//
// A placeholder is ((name)), or ((name??text)), which shows `text` when the value is yes, y, true, t, 1, include or
// show (any case). Brackets do not nest: in (((a))) the inner pair is the placeholder (notifications-utils, field.py).
//
// Immutable after compile(): cache it and share it between threads. Rendering functions take it by reference.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/notifications/notification.hpp"
#include "rendering/personalisation.hpp"

namespace herald::rendering
{

// A stretch of literal text, then (but for the last one) a placeholder.
struct Segment
{
    std::string literal;
    bool has_placeholder = false;
    std::string name;  // as written
    std::string key;   // folded by normalise_key
    bool conditional = false;
    std::string conditional_text;
};

// How a list value and a placeholder without a value appear.
enum class ListStyle
{
    sentence,  // a, b and c
    bullets,   // a Markdown list
};

enum class MissingStyle
{
    brackets,  // ((name)), as in the template
    hidden,    // [hidden]: the values were there once and are not shown
    omitted,   // nothing: for counting the characters of a template's own text
};

class CompiledTemplate
{
public:
    // `subject` is ignored for sms. Never fails: text that is not a placeholder is text.
    static CompiledTemplate compile(Channel channel, std::string_view subject, std::string_view content);

    Channel channel() const { return channel_; }

    // Names as first written, subject before content, each once.
    const std::vector<std::string>& placeholders() const { return placeholders_; }

    // The placeholders without a value, in the same order. Join with ", " for "Missing personalisation: a, b".
    std::vector<std::string> missing(const Personalisation& values) const;

    // The text with values inserted and nothing else done to it.
    std::string fill_subject(const Personalisation& values, MissingStyle missing = MissingStyle::brackets) const;
    std::string fill_content(const Personalisation& values, ListStyle lists,
                             MissingStyle missing = MissingStyle::brackets) const;

    // How many values the content takes, a placeholder that is repeated counted each time.
    std::size_t insertions() const;

    // Whether the content could come out empty: it is empty, or begins and ends with a placeholder.
    bool may_be_empty() const { return may_be_empty_; }

private:
    CompiledTemplate() = default;

    Channel channel_ = Channel::sms;
    std::vector<Segment> subject_;
    std::vector<Segment> content_;
    std::vector<std::string> placeholders_;
    std::vector<std::string> placeholder_keys_;
    bool may_be_empty_ = false;
};

}  // namespace herald::rendering
