#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "rendering/html.hpp"
#include "rendering/markdown.hpp"
#include "rendering/text.hpp"

namespace herald::rendering
{

namespace
{

// Mail clients read style attributes and little else. Margin with a capital survives one that strips "margin".
constexpr std::string_view kText = "font-size:19px;line-height:25px;color:#0b0c0c";
constexpr std::string_view kLink = "color:#1d70b8;word-wrap:break-word";

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "mailto" of "mailto:a@b.example"; empty for "www.example.com:80/x" and what has no scheme.
std::string scheme_of(std::string_view address)
{
    const auto colon = address.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_letter(address[0])) return {};
    if (colon + 1 < address.size() && is_digit(address[colon + 1]) && address.find('.') < colon) return {};
    std::string scheme;
    for (const char c : address.substr(0, colon))
    {
        if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return {};
        scheme.push_back(is_letter(c) ? static_cast<char>(c | 0x20) : c);
    }
    return scheme;
}

class HtmlWriter
{
public:
    void blocks(const std::vector<Block>& blocks)
    {
        for (const auto& block : blocks) write(block);
    }

    std::string take() { return std::move(out_); }

private:
    void write(const Block& block)
    {
        switch (block.kind)
        {
            case Block::Kind::paragraph:
                out_ += fmt::format("<p style=\"Margin:0 0 20px 0;{}\">", kText);
                inlines(block.inlines);
                out_ += "</p>";
                break;
            case Block::Kind::heading:
                out_ +=
                    "<h2 style=\"Margin:0 0 15px 0;padding:10px 0 0 0;font-size:27px;line-height:35px;"
                    "font-weight:bold;color:#0b0c0c\">";
                inlines(block.inlines);
                out_ += "</h2>";
                break;
            case Block::Kind::subheading:
                out_ += fmt::format("<h3 style=\"Margin:0 0 15px 0;padding:10px 0 0 0;font-weight:bold;{}\">", kText);
                inlines(block.inlines);
                out_ += "</h3>";
                break;
            case Block::Kind::rule:
                out_ += "<hr style=\"Margin:30px 0;border:0;height:1px;background:#b1b4b6\">";
                break;
            case Block::Kind::inset:
                out_ +=
                    "<blockquote style=\"Margin:0 0 20px 0;padding:15px 0 1px 15px;border-left:10px solid #b1b4b6\">";
                blocks(block.children);
                out_ += "</blockquote>";
                break;
            case Block::Kind::bullets:
                list(block, "ul", "disc");
                break;
            case Block::Kind::numbers:
                list(block, "ol", "decimal");
                break;
            case Block::Kind::item:
                item(block);
                break;
        }
    }

    // In a table of its own, since some clients ignore the margin of a list; within a list that has been done.
    void list(const Block& block, std::string_view tag, std::string_view marker)
    {
        const bool outermost = list_depth_++ == 0;
        if (outermost)
            out_ +=
                "<table role=\"presentation\" style=\"padding:0 0 20px 0\"><tr>"
                "<td style=\"font-family:Helvetica,Arial,sans-serif\">";
        out_ += fmt::format("<{} style=\"Margin:0 0 0 20px;padding:0;list-style-type:{}\">", tag, marker);
        blocks(block.children);
        out_ += fmt::format("</{}>", tag);
        if (outermost) out_ += "</td></tr></table>";
        --list_depth_;
    }

    void item(const Block& block)
    {
        out_ += fmt::format("<li style=\"Margin:5px 0;padding:0 0 0 5px;{}\">", kText);
        bool first = true;
        for (const auto& child : block.children)
        {
            if (child.kind != Block::Kind::paragraph)
            {
                write(child);
                continue;
            }
            if (!first) out_ += "<br><br>";
            inlines(child.inlines);
            first = false;
        }
        out_ += "</li>";
    }

    void inlines(const std::vector<Inline>& parts)
    {
        for (const auto& part : parts)
        {
            switch (part.kind)
            {
                case Inline::Kind::text:
                    text(part.text);
                    break;
                case Inline::Kind::link:
                    link(part.text, part.target, part.title);
                    break;
                case Inline::Kind::address:
                    link(part.text, part.text, {});
                    break;
            }
        }
    }

    void text(std::string_view text)
    {
        while (true)
        {
            const auto end = text.find('\n');
            append_html_text(out_, text.substr(0, end));
            if (end == std::string_view::npos) return;
            out_ += "<br>";
            text.remove_prefix(end + 1);
        }
    }

    void link(std::string_view shown, std::string_view written, std::string_view title)
    {
        const auto target = link_target(written);
        if (target.empty())
        {
            text(shown);
            return;
        }
        out_ += fmt::format("<a style=\"{}\" href=\"", kLink);
        append_html_attribute(out_, target);
        if (!title.empty())
        {
            out_ += "\" title=\"";
            append_html_attribute(out_, title);
        }
        out_ += "\">";
        text(shown);
        out_ += "</a>";
    }

    int list_depth_ = 0;
    std::string out_;
};

constexpr std::size_t kColumns = 65;

enum class Addresses
{
    shown,
    left_out,
};

void append_words(std::string& out, const std::vector<Inline>& parts, Addresses addresses, std::string_view line_start)
{
    for (const auto& part : parts)
    {
        std::string_view rest = part.text;
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n'))
        {
            out.append(rest.substr(0, end + 1)).append(line_start);
            rest.remove_prefix(end + 1);
        }
        out += rest;
        if (part.kind != Inline::Kind::link) continue;
        if (!part.title.empty()) out += fmt::format(" ({})", part.title);
        if (addresses == Addresses::shown && !link_target(part.target).empty()) out += fmt::format(": {}", part.target);
    }
}

class TextWriter
{
public:
    explicit TextWriter(Addresses addresses) : addresses_(addresses) {}

    void blocks(const std::vector<Block>& blocks)
    {
        for (const auto& each : blocks) block(each);
    }

    void block(const Block& block)
    {
        switch (block.kind)
        {
            case Block::Kind::paragraph:
                out_ += "\n\n";
                append_words(out_, block.inlines, addresses_, {});
                break;
            case Block::Kind::heading:
                heading(block, '=');
                break;
            case Block::Kind::subheading:
                heading(block, '-');
                break;
            case Block::Kind::rule:
                rule();
                break;
            case Block::Kind::bullets:
            case Block::Kind::numbers:
                out_ += "\n";
                list(block, {});
                break;
            case Block::Kind::inset:
            case Block::Kind::item:
                blocks(block.children);
                break;
        }
    }

    const std::string& text() const { return out_; }

private:
    void heading(const Block& block, char underline)
    {
        const bool underlined = addresses_ == Addresses::shown;
        out_ += underlined ? "\n\n\n" : "\n\n";
        append_words(out_, block.inlines, addresses_, {});
        if (!underlined) return;
        out_.push_back('\n');
        out_.append(kColumns, underline);
    }

    void rule()
    {
        if (addresses_ == Addresses::left_out) return;
        out_ += "\n\n";
        for (std::size_t i = 0; i < kColumns; ++i) out_.push_back(i % 2 == 0 ? '=' : '-');
    }

    void list(const Block& list_block, const std::string& indent)
    {
        std::size_t number = 0;
        for (const auto& item : list_block.children)
        {
            const auto mark =
                list_block.kind == Block::Kind::numbers ? fmt::format("{}. ", ++number) : std::string("\xE2\x80\xA2 ");
            const auto inner = indent + "  ";
            out_ += "\n" + indent + mark;
            bool first = true;
            for (const auto& child : item.children)
            {
                if (child.kind == Block::Kind::bullets || child.kind == Block::Kind::numbers)
                {
                    list(child, inner);
                    continue;
                }
                if (!first) out_ += "\n\n" + inner;
                append_words(out_, child.inlines, addresses_, indent);
                first = false;
            }
        }
    }

    Addresses addresses_;
    std::string out_;
};

}  // namespace

std::string to_html(const Document& document)
{
    HtmlWriter writer;
    writer.blocks(document);
    return writer.take();
}

std::string to_plain_text(const Document& document)
{
    TextWriter writer(Addresses::shown);
    writer.blocks(document);
    return std::string(trim(writer.text()));
}

std::string to_preheader(const Document& document, std::size_t length)
{
    TextWriter writer(Addresses::left_out);
    for (const auto& block : document)
    {
        // Four bytes a character at the most, and white space that collapses: enough is soon written.
        writer.block(block);
        if (writer.text().size() > 16 * length) break;
    }
    const auto line = collapse_white_space(writer.text());
    return std::string(trim(first_code_points(line, length)));
}

std::string link_target(std::string_view written)
{
    constexpr std::array<std::string_view, 5> kFollowed = {"http", "https", "mailto", "tel", "ftp"};
    constexpr std::string_view kKept = "-._~:/?#[]@!$&()*+,;=%";
    const auto address = trim(written);
    if (address.empty()) return {};
    const auto scheme = scheme_of(address);
    if (!scheme.empty() && std::ranges::find(kFollowed, scheme) == kFollowed.end()) return {};
    std::string out = scheme.empty() ? "http://" : "";
    for (const char c : address)
    {
        if (is_letter(c) || is_digit(c) || kKept.contains(c))
            out.push_back(c);
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace herald::rendering
