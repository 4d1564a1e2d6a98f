#include "rendering/markdown_dialect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "rendering/markdown.hpp"
#include "rendering/markdown_inline.hpp"
#include "rendering/markdown_lines.hpp"
#include "rendering/stand_ins.hpp"
#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

using Lines = std::span<const std::string_view>;

// Past the printable ASCII at `at`.
std::size_t skip_printable(std::string_view text, std::size_t at)
{
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F) ++at;
    return at;
}

// LF line ends, spaces for tabs, no control characters, valid UTF-8 without stand-ins.
std::string normalise(std::string_view source)
{
    constexpr std::size_t kTab = 4;
    constexpr char32_t kReplacement = 0xFFFD;
    constexpr char32_t kLineSeparator = 0x2028;
    constexpr char32_t kHangulFiller = 0x3164;  // blank, and shown as a box by some clients
    std::string out;
    out.reserve(source.size() + 1);
    std::size_t line_start = 0;
    for (std::size_t at = 0; at < source.size();)
    {
        if (const auto end = skip_printable(source, at); end > at)
        {
            out.append(source.substr(at, end - at));
            at = end;
            continue;
        }
        const auto c = next_code_point(source, at);
        if (c == '\r' || c == '\n')
        {
            if (c == '\r' && at < source.size() && source[at] == '\n') ++at;
            out.push_back('\n');
            line_start = out.size();
        }
        else if (c == '\t')
            out.append(kTab - (out.size() - line_start) % kTab, ' ');
        else if (c != kLineSeparator && stood_for(c) != '\0')
            append_utf8(out, kReplacement);
        else if (c >= 0x20 && c != 0x7F && c != kLineSeparator && c != kHangulFiller)
            append_utf8(out, c);
    }
    return out;
}

std::vector<std::string_view> split_lines(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty())
    {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(trim_spaces_right(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

class Translator
{
public:
    Translator(std::string& out, bool has_definitions) : out_(out), has_definitions_(has_definitions) {}

    void blocks(Lines lines, std::string_view prefix);

private:
    struct Level
    {
        std::size_t indent;
        bool ordered;
    };

    // Each takes what begins at `at_` and moves past it, or returns false.
    bool inset();
    bool fence();
    bool table();
    bool rule_or_heading();
    bool definition();
    bool list_item();
    void text();

    std::string_view line() const { return lines_[at_]; }
    std::size_t indent() const { return std::min(line().find_first_not_of(' '), line().size()); }
    std::string_view words() const { return line().substr(indent()); }

    void code(Lines code_lines);
    void heading(int level, std::string_view words);
    void open_text(std::size_t levels, std::string_view mark, std::string_view words);
    void close_text();
    void emit_blank();
    void begin_line(std::size_t levels);
    void end_line() { out_.push_back('\n'); }
    void end_block();

    std::string& out_;
    bool has_definitions_;
    Lines lines_;
    std::string prefix_;
    std::size_t at_ = 0;
    std::vector<Level> levels_;
    std::string paragraph_;             // the lines of the block being read, not written yet
    bool after_blank_ = true;           // in the source
    bool blank_written_ = true;         // in the output
    std::array<bool, 2> open_fence_{};  // no closing fence of ` or ~ is left
};

void Translator::blocks(Lines lines, std::string_view prefix)
{
    lines_ = lines;
    prefix_ = prefix;
    for (at_ = 0; at_ < lines_.size();)
    {
        if (line().empty())
        {
            close_text();
            after_blank_ = true;
            emit_blank();
            ++at_;
            continue;
        }
        const bool leaves_list = indent() == 0 ? !read_list_mark(words()).has_value() : words().starts_with('^');
        if (after_blank_ && leaves_list) levels_.clear();
        if (!inset() && !fence() && !table() && !rule_or_heading() && !definition() && !list_item()) text();
        after_blank_ = false;
    }
    close_text();
    emit_blank();
}

// The lines from a mark to the next empty one are inset; so are more such blocks that follow.
bool Translator::inset()
{
    const bool too_deep = prefix_.size() >= 2 * static_cast<std::size_t>(kMaxNesting);
    if (!paragraph_.empty() || !levels_.empty() || too_deep || !words().starts_with('^') || words().size() < 2)
        return false;
    std::vector<std::string_view> inner;
    auto end = at_;
    while (true)
    {
        for (; end < lines_.size() && !lines_[end].empty(); ++end)
        {
            auto stripped = trim_spaces_left(lines_[end]);
            const bool marked = stripped.starts_with('^');
            if (marked) stripped.remove_prefix(1);
            if (marked && stripped.starts_with(' ')) stripped.remove_prefix(1);
            inner.push_back(marked ? stripped : lines_[end]);
        }
        auto next = end;
        while (next < lines_.size() && lines_[next].empty()) ++next;
        if (next == lines_.size() || !trim_spaces_left(lines_[next]).starts_with('^')) break;
        inner.emplace_back();
        end = next;
    }
    emit_blank();
    Translator(out_, has_definitions_).blocks(inner, prefix_ + "> ");
    blank_written_ = false;
    emit_blank();
    at_ = end;
    return true;
}

// Code is kept line by line: nothing in it has a meaning.
bool Translator::fence()
{
    constexpr std::size_t kShortest = 3;
    const auto first = words();
    if (!first.starts_with("```") && !first.starts_with("~~~")) return false;
    const char mark = first.front();
    const auto length = std::min(first.find_first_not_of(mark), first.size());
    const auto language = trim_spaces_left(first.substr(length));
    const auto searched = mark == '`' ? 0U : 1U;
    if (language.find_first_of("` ") != std::string_view::npos || open_fence_[searched]) return false;

    const auto closes = [mark](std::string_view line)
    {
        const auto text = trim_spaces_left(line);
        return text.size() >= kShortest && text.find_first_not_of(mark) == std::string_view::npos;
    };
    const auto rest = lines_.subspan(at_ + 1);
    const auto close = std::ranges::find_if(rest, closes);
    if (close == rest.end())
    {
        open_fence_[searched] = true;
        return false;
    }
    end_block();
    code(Lines(rest.begin(), close));
    emit_blank();
    at_ += static_cast<std::size_t>(close - rest.begin()) + 2;
    return true;
}

void Translator::code(Lines code_lines)
{
    if (code_lines.empty()) return;
    begin_line(0);
    append_literal(out_, trim_spaces_left(code_lines.front()));
    for (const auto code_line : code_lines.subspan(1))
    {
        append_hidden(out_, '\n');
        append_literal(out_, code_line);
    }
    end_line();
}

bool Translator::table()
{
    if (!paragraph_.empty() || !levels_.empty() || !words().contains('|') || at_ + 1 >= lines_.size()) return false;
    const bool edged = words().starts_with('|');
    const auto ruler = trim_spaces_left(lines_[at_ + 1]);
    if (!is_table_ruler(ruler) || ruler.starts_with('|') != edged) return false;
    const auto belongs = [edged](std::string_view line)
    {
        return edged ? trim_spaces_left(line).starts_with('|') : line.contains('|');
    };
    at_ += 2;
    while (at_ < lines_.size() && belongs(lines_[at_])) ++at_;
    return true;
}

bool Translator::rule_or_heading()
{
    if (indent() <= 3 && is_rule(words()))
    {
        end_block();
        begin_line(0);
        out_ += "***\n";
        emit_blank();
        ++at_;
        return true;
    }
    if (const auto found = read_heading(words()))
    {
        heading(found->level, found->text);
        ++at_;
        return true;
    }
    const bool item = !levels_.empty() || read_list_mark(words()).has_value();
    const int level = item || at_ + 1 >= lines_.size() ? 0 : underline_level(lines_[at_ + 1]);
    if (level == 0) return false;
    heading(level, words());
    at_ += 2;
    return true;
}

void Translator::heading(int level, std::string_view words)
{
    constexpr int kDeepest = 2;
    end_block();
    begin_line(0);
    if (level <= kDeepest) out_.append(static_cast<std::size_t>(level), '#').push_back(' ');
    append_inline(out_, words, has_definitions_);
    end_line();
    emit_blank();
}

bool Translator::definition()
{
    const auto found = read_definition(words());
    if (!found || !levels_.empty()) return false;
    end_block();
    begin_line(0);
    out_.push_back('[');
    append_inline(out_, found->label, has_definitions_);
    out_ += "]: <";
    append_inline(out_, found->target, has_definitions_);
    out_.push_back('>');
    if (!found->title.empty())
    {
        out_ += " \"";
        append_literal(out_, found->title);
        out_.push_back('"');
    }
    end_line();
    emit_blank();
    ++at_;
    return true;
}

bool Translator::list_item()
{
    const auto mark = read_list_mark(words());
    if (!mark || (!paragraph_.empty() && levels_.empty() && !mark->spaced)) return false;
    close_text();
    if (levels_.empty()) emit_blank();
    while (!levels_.empty() && indent() < levels_.back().indent) levels_.pop_back();
    const bool deeper = levels_.empty() || indent() > levels_.back().indent;
    if (deeper && levels_.size() < static_cast<std::size_t>(kMaxNesting))
        levels_.push_back({indent(), mark->ordered});
    else if (after_blank_)
        levels_.back().ordered = mark->ordered;
    open_text(levels_.size() - 1, levels_.back().ordered ? "1. " : "- ", mark->text);
    ++at_;
    return true;
}

void Translator::text()
{
    if (paragraph_.empty())
        open_text(levels_.size(), {}, words());
    else
        paragraph_.append("\n").append(words());
    ++at_;
}

void Translator::open_text(std::size_t levels, std::string_view mark, std::string_view words)
{
    close_text();
    begin_line(levels);
    out_ += mark;
    paragraph_ = words;
}

void Translator::close_text()
{
    if (paragraph_.empty()) return;
    append_inline(out_, paragraph_, has_definitions_);
    end_line();
    paragraph_.clear();
}

void Translator::end_block()
{
    close_text();
    levels_.clear();
    emit_blank();
}

void Translator::emit_blank()
{
    if (blank_written_) return;
    out_ += trim_spaces_right(prefix_);
    out_.push_back('\n');
    blank_written_ = true;
}

// Indented to what belongs to the item of the innermost of `levels`.
void Translator::begin_line(std::size_t levels)
{
    out_ += prefix_;
    for (std::size_t i = 0; i < levels; ++i) out_ += levels_[i].ordered ? "   " : "  ";
    blank_written_ = false;
}

}  // namespace

std::string to_commonmark(std::string_view source)
{
    const auto text = normalise(source);
    const auto lines = split_lines(text);
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    const bool has_definitions = std::ranges::any_of(
        lines, [](std::string_view line) { return read_definition(trim_spaces_left(line)).has_value(); });
    Translator(out, has_definitions).blocks(lines, {});
    return out;
}

}  // namespace herald::rendering
