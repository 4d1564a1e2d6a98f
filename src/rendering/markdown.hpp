// The family's Markdown dialect as a small tree, and what it looks like as HTML, as plain text and as a preheader.
//
// The dialect (notifications-utils, markdown.py, which is mistune 0.8.4 with changes): "# " and "## " headings with or
// without the space, or underlined with = and -; rules of three or more of - * _; lists with - * • or 1. at up to six
// levels; inset text behind ^; [text](address "title"), [text][name] with "[name]: address"; addresses that begin with
// http:// or https:// become links by themselves; every line break counts. Emphasis, code, HTML, footnotes and ">" are
// text. Images and tables are left out, as the family leaves them out. A backslash takes the meaning from any
// punctuation. rendering/typography.hpp sets quotes and dashes; the quotes of a link's text stay straight, as the
// family leaves them, and an address is never changed.
//
// Where the family garbles a text we do not follow it: "1.5 million", "-5 °C" and "**note**" begin no list, a numbered
// list behind an empty line is not drawn into the bullets before it, a line of text never swallows the break before its
// dash, code keeps its lines.
//
// Security: a tree holds text only; the writers escape all of it. Link targets are http, https, mailto, tel or ftp
// (a target without a scheme gets http://); any other scheme leaves the text and no link. Depth is bounded by
// kMaxNesting; time and memory are linear in the size of the source: 2 MB of brackets take 0.1 s, the worst that is
// known (headings of one letter) 0.7 s and 190 bytes of memory for each of the source.
//
// Pure functions; thread-safe; never fail. Invalid UTF-8 becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace herald::rendering
{

inline constexpr int kMaxNesting = 6;  // of inset text, and of lists within it: deeper marks are text or stay level

struct Inline
{
    enum class Kind
    {
        text,
        link,     // `text` leads to `target`
        address,  // a bare one: both text and target, in `text`
    };

    Kind kind = Kind::text;
    std::string text;    // with '\n' where a line breaks
    std::string target;  // as written; link_target() makes it safe
    std::string title;
};

struct Block
{
    enum class Kind
    {
        paragraph,
        heading,
        subheading,
        rule,
        inset,
        bullets,
        numbers,
        item,  // of bullets or numbers
    };

    Kind kind = Kind::paragraph;
    std::vector<Inline> inlines;  // of paragraphs and headings
    std::vector<Block> children;  // of the others
};

using Document = std::vector<Block>;

Document parse_markdown(std::string_view source);

// Block elements with inline styles, for the middle of an email.
std::string to_html(const Document& document);

// LF line ends; neither begins nor ends with white space.
std::string to_plain_text(const Document& document);

// The words alone on one line, without addresses of links and without rules: the first `length` code points.
std::string to_preheader(const Document& document, std::size_t length);

// The address to follow, percent-encoded where it must be; empty when it is none that may be followed.
std::string link_target(std::string_view written);

}  // namespace herald::rendering
