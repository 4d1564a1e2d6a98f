#include "rendering/compiled_template.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <unordered_set>

namespace herald::rendering
{

namespace
{

struct Span
{
    std::size_t begin;
    std::size_t end;  // past the closing brackets
};

// The next "((", one or more characters that are no brackets, "))".
std::optional<Span> find_placeholder(std::string_view text, std::size_t from)
{
    while (true)
    {
        const auto open = text.find("((", from);
        if (open == std::string_view::npos) return std::nullopt;
        const auto close = text.find_first_of("()", open + 2);
        if (close == std::string_view::npos) return std::nullopt;
        if (close > open + 2 && text.substr(close, 2) == "))") return Span{open, close + 2};
        // No placeholder can begin before the bracket that ended this attempt, but for one position: "(((" begins again
        // at its second.
        from = std::max(open + 1, close - 1);
    }
}

Segment to_segment(std::string_view literal, std::string_view body)
{
    Segment segment;
    segment.literal = literal;
    segment.has_placeholder = true;
    const auto question = body.find("??");
    segment.name = body.substr(0, question);
    segment.key = normalise_key(segment.name);
    if (question != std::string_view::npos)
    {
        segment.conditional = true;
        segment.conditional_text = body.substr(question + 2);
    }
    return segment;
}

std::vector<Segment> parse(std::string_view text)
{
    std::vector<Segment> segments;
    std::size_t done = 0;
    while (const auto span = find_placeholder(text, done))
    {
        const auto body = text.substr(span->begin + 2, span->end - span->begin - 4);
        segments.push_back(to_segment(text.substr(done, span->begin - done), body));
        done = span->end;
    }
    Segment rest;
    rest.literal = text.substr(done);
    segments.push_back(std::move(rest));
    return segments;
}

bool means_yes(std::string_view text)
{
    constexpr std::array<std::string_view, 7> kYes = {"yes", "y", "true", "t", "1", "include", "show"};
    constexpr std::size_t kLongest = 7;
    if (text.size() > kLongest) return false;
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::ranges::find(kYes, lower) != kYes.end();
}

void append_list(std::string& out, const std::vector<std::string>& items, ListStyle style)
{
    if (style == ListStyle::bullets && !items.empty()) out += "\n\n";
    for (std::size_t i = 0; i < items.size(); ++i)
    {
        if (style == ListStyle::bullets)
            out += i == 0 ? "* " : "\n* ";
        else if (i > 0)
            out += i + 1 == items.size() ? " and " : ", ";
        out += items[i];
    }
}

void append_missing(std::string& out, const Segment& segment, MissingStyle style)
{
    switch (style)
    {
        case MissingStyle::omitted:
            return;
        case MissingStyle::hidden:
            out += "[hidden]";
            return;
        case MissingStyle::brackets:
            break;
    }
    out += "((";
    out += segment.name;
    if (segment.conditional)
    {
        out += "??";
        out += segment.conditional_text;
    }
    out += "))";
}

bool shows_condition(const Value& value)
{
    if (value.kind == Value::Kind::text) return means_yes(value.text);
    return value.kind == Value::Kind::list && value.items.size() == 1 && means_yes(value.items.front());
}

std::string fill(const std::vector<Segment>& segments, const Personalisation& values, ListStyle lists,
                 MissingStyle missing)
{
    std::string out;
    for (const auto& segment : segments)
    {
        out += segment.literal;
        if (!segment.has_placeholder) continue;
        const auto* const value = values.find_normalised(segment.key);
        if (value == nullptr)
            append_missing(out, segment, missing);
        else if (segment.conditional)
            out += shows_condition(*value) ? segment.conditional_text : std::string();
        else if (value->kind == Value::Kind::list)
            append_list(out, value->items, lists);
        else
            out += value->text;  // empty for a file: the caller has replaced or refused it
    }
    return out;
}

}  // namespace

CompiledTemplate CompiledTemplate::compile(Channel channel, std::string_view subject, std::string_view content)
{
    CompiledTemplate compiled;
    compiled.channel_ = channel;
    compiled.subject_ = parse(channel == Channel::email ? subject : std::string_view());
    compiled.content_ = parse(content);
    compiled.may_be_empty_ = content.empty() || (content.starts_with("((") && content.ends_with("))"));
    std::unordered_set<std::string_view> seen;
    for (const auto* const part : {&compiled.subject_, &compiled.content_})
    {
        for (const auto& segment : *part)
        {
            if (!segment.has_placeholder || !seen.insert(segment.key).second) continue;
            compiled.placeholders_.push_back(segment.name);
            compiled.placeholder_keys_.push_back(segment.key);
        }
    }
    return compiled;
}

std::vector<std::string> CompiledTemplate::missing(const Personalisation& values) const
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < placeholders_.size(); ++i)
    {
        if (values.find_normalised(placeholder_keys_[i]) == nullptr) names.push_back(placeholders_[i]);
    }
    return names;
}

std::size_t CompiledTemplate::insertions() const
{
    return static_cast<std::size_t>(std::ranges::count(content_, true, &Segment::has_placeholder));
}

std::string CompiledTemplate::fill_subject(const Personalisation& values, MissingStyle missing) const
{
    return fill(subject_, values, ListStyle::sentence, missing);
}

std::string CompiledTemplate::fill_content(const Personalisation& values, ListStyle lists, MissingStyle missing) const
{
    return fill(content_, values, lists, missing);
}

}  // namespace herald::rendering
