#include "rendering/markdown.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace herald::rendering
{
namespace
{

using testing::HasSubstr;
using testing::Not;

// The HTML without style and role, and without the table around a list: what the rules are about.
std::string bare_html(std::string_view source)
{
    auto html = to_html(parse_markdown(source));
    for (const std::string_view attribute : {" style=\"", " role=\""})
    {
        for (auto at = html.find(attribute); at != std::string::npos; at = html.find(attribute))
            html.erase(at, html.find('"', at + attribute.size()) + 1 - at);
    }
    for (const std::string_view frame : {"<table><tr><td>", "</td></tr></table>"})
    {
        for (auto at = html.find(frame); at != std::string::npos; at = html.find(frame)) html.erase(at, frame.size());
    }
    return html;
}

std::string plain_text(std::string_view source)
{
    return to_plain_text(parse_markdown(source));
}

struct MarkdownCase
{
    std::string_view source;
    std::string_view html;
    std::string_view text;
};

class Markdown : public testing::TestWithParam<MarkdownCase>
{
};

TEST_P(Markdown, BecomesHtmlAndText)
{
    EXPECT_EQ(bare_html(GetParam().source), GetParam().html);
    EXPECT_EQ(plain_text(GetParam().source), GetParam().text);
}

#define EQUALS "================================================================="
#define HYPHENS "-----------------------------------------------------------------"
#define RULE "=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-=-="

INSTANTIATE_TEST_SUITE_P(Paragraphs, Markdown,
                         testing::Values(MarkdownCase{"", "", ""}, MarkdownCase{" \n\n ", "", ""},
                                         MarkdownCase{"a", "<p>a</p>", "a"},
                                         MarkdownCase{"a\nb", "<p>a<br>b</p>", "a\nb"},
                                         MarkdownCase{"a\r\nb\rc", "<p>a<br>b<br>c</p>", "a\nb\nc"},
                                         MarkdownCase{"a  \n   b", "<p>a<br>b</p>", "a\nb"},
                                         MarkdownCase{"a\n\n\n\nb", "<p>a</p><p>b</p>", "a\n\nb"},
                                         MarkdownCase{"    four spaces", "<p>four spaces</p>", "four spaces"},
                                         MarkdownCase{"\ttab", "<p>tab</p>", "tab"}));

INSTANTIATE_TEST_SUITE_P(
    Headings, Markdown,
    testing::Values(
        MarkdownCase{"# One", "<h2>One</h2>", "One\n" EQUALS}, MarkdownCase{"#One", "<h2>One</h2>", "One\n" EQUALS},
        MarkdownCase{"## Two ##", "<h3>Two</h3>", "Two\n" HYPHENS}, MarkdownCase{"### Three", "<p>Three</p>", "Three"},
        MarkdownCase{"One\n===\na", "<h2>One</h2><p>a</p>", "One\n" EQUALS "\n\na"},
        MarkdownCase{"Two\n-\na", "<h3>Two</h3><p>a</p>", "Two\n" HYPHENS "\n\na"},
        MarkdownCase{"a\n# One\nb", "<p>a</p><h2>One</h2><p>b</p>", "a\n\n\nOne\n" EQUALS "\n\nb"},
        MarkdownCase{"#", "<p>#</p>", "#"}, MarkdownCase{"####### a", "<p>####### a</p>", "####### a"},
        MarkdownCase{"# a [b](http://c.d)", "<h2>a <a href=\"http://c.d\">b</a></h2>", "a b: http://c.d\n" EQUALS}));

INSTANTIATE_TEST_SUITE_P(Rules, Markdown,
                         testing::Values(MarkdownCase{"a\n\n---\n\nb", "<p>a</p><hr><p>b</p>", "a\n\n" RULE "\n\nb"},
                                         MarkdownCase{"***", "<hr>", RULE}, MarkdownCase{"_ _ _", "<hr>", RULE},
                                         MarkdownCase{"a\n***\nb", "<p>a</p><hr><p>b</p>", "a\n\n" RULE "\n\nb"},
                                         MarkdownCase{"--", "<p>--</p>", "--"},
                                         MarkdownCase{"* a\n---", "<ul><li>a</li></ul><hr>", "• a\n\n" RULE}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Markdown,
    testing::Values(
        MarkdownCase{"* a\n* b", "<ul><li>a</li><li>b</li></ul>", "• a\n• b"},
        MarkdownCase{"- a\n- b\n\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>", "• a\n• b\n\nc"},
        MarkdownCase{"• a\n•b\n*c\n-d", "<ul><li>a</li><li>b</li><li>c</li><li>d</li></ul>", "• a\n• b\n• c\n• d"},
        MarkdownCase{"1. a\n2.b\n7. c", "<ol><li>a</li><li>b</li><li>c</li></ol>", "1. a\n2. b\n3. c"},
        MarkdownCase{"a\n* b", "<p>a</p><ul><li>b</li></ul>", "a\n\n• b"},
        MarkdownCase{"a\n1. b", "<p>a</p><ol><li>b</li></ol>", "a\n\n1. b"},
        MarkdownCase{"a\n*b", "<p>a<br>*b</p>", "a\n*b"},
        MarkdownCase{"* a\n\n* b", "<ul><li>a</li><li>b</li></ul>", "• a\n• b"},
        MarkdownCase{"* a\nb\n* c", "<ul><li>a<br>b</li><li>c</li></ul>", "• a\nb\n• c"},
        MarkdownCase{"* a\n\n  b\n* c", "<ul><li>a<br><br>b</li><li>c</li></ul>", "• a\n\n  b\n• c"},
        MarkdownCase{"* a\n  * b\n    1. c\n* d", "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>",
                     "• a\n  • b\n    1. c\n• d"},
        MarkdownCase{"1. a\n * b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n  • b\n2. c"},
        MarkdownCase{"1. a\n* b\n2. c", "<ol><li>a</li><li>b</li><li>c</li></ol>", "1. a\n2. b\n3. c"},
        MarkdownCase{"* a\n\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>", "• a\n\n1. b"},
        MarkdownCase{"* # a\n* 1. b", "<ul><li># a</li><li>1. b</li></ul>", "• # a\n• 1. b"},
        MarkdownCase{"*", "<p>*</p>", "*"}, MarkdownCase{"1.5 million", "<p>1.5 million</p>", "1.5 million"},
        MarkdownCase{"-5 °C", "<p>-5 °C</p>", "-5 °C"}, MarkdownCase{"+ a\n1) b", "<p>+ a<br>1) b</p>", "+ a\n1) b"}));

INSTANTIATE_TEST_SUITE_P(
    Insets, Markdown,
    testing::Values(MarkdownCase{"^ a", "<blockquote><p>a</p></blockquote>", "a"},
                    MarkdownCase{"^a\nb\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>", "a\nb\n\nc"},
                    MarkdownCase{"^a\n\n^b", "<blockquote><p>a</p><p>b</p></blockquote>", "a\n\nb"},
                    MarkdownCase{"^# a\n^* b", "<blockquote><h2>a</h2><ul><li>b</li></ul></blockquote>",
                                 "a\n" EQUALS "\n\n• b"},
                    MarkdownCase{"^^ a", "<blockquote><blockquote><p>a</p></blockquote></blockquote>", "a"},
                    MarkdownCase{"a\n^b", "<p>a<br>^b</p>", "a\n^b"}, MarkdownCase{"> a", "<p>&gt; a</p>", "> a"},
                    MarkdownCase{"* a\n\n ^ b", "<ul><li>a</li></ul><blockquote><p>b</p></blockquote>", "• a\n\nb"}));

INSTANTIATE_TEST_SUITE_P(
    Links, Markdown,
    testing::Values(
        MarkdownCase{"[a](http://b.c)", "<p><a href=\"http://b.c\">a</a></p>", "a: http://b.c"},
        MarkdownCase{"[a](http://b.c \"t 'q'\")", "<p><a href=\"http://b.c\" title=\"t &#39;q&#39;\">a</a></p>",
                     "a (t 'q'): http://b.c"},
        MarkdownCase{"[a](b.c)", "<p><a href=\"http://b.c\">a</a></p>", "a: b.c"},
        MarkdownCase{"[](http://b.c)", "<p><a href=\"http://b.c\">http://b.c</a></p>", "http://b.c: http://b.c"},
        MarkdownCase{"[it's \"a\" - b](http://b.c)", "<p><a href=\"http://b.c\">it's \"a\" – b</a></p>",
                     "it's \"a\" – b: http://b.c"},
        MarkdownCase{"[a_b*c*](http://d.e/_f_*g*)", "<p><a href=\"http://d.e/_f_*g*\">a_b*c*</a></p>",
                     "a_b*c*: http://d.e/_f_*g*"},
        MarkdownCase{"[a\nb](http://c.d)", "<p><a href=\"http://c.d\">a<br>b</a></p>", "a\nb: http://c.d"},
        MarkdownCase{"[a][b] [b]\n\n[b]: http://c.d \"t\"",
                     "<p><a href=\"http://c.d\" title=\"t\">a</a> <a href=\"http://c.d\" title=\"t\">b</a></p>",
                     "a (t): http://c.d b (t): http://c.d"},
        MarkdownCase{"[a] [a][b] [a](", "<p>[a] [a][b] [a](</p>", "[a] [a][b] [a]("},
        MarkdownCase{"[a]: not a definition", "<p>[a]: not a definition</p>", "[a]: not a definition"},
        MarkdownCase{"[x [a](http://b.c) y](http://d.e)",
                     "<p>[x <a href=\"http://b.c\">a</a> y](<a href=\"http://d.e\">"
                     "http://d.e</a>)</p>",
                     "[x a: http://b.c y](http://d.e)"},
        MarkdownCase{"\"[a](http://b.c)'s\"", "<p>“<a href=\"http://b.c\">a</a>’s”</p>", "“a: http://b.c’s”"}));

INSTANTIATE_TEST_SUITE_P(
    Addresses, Markdown,
    testing::Values(
        MarkdownCase{"(https://a.b/c_d_e).", "<p>(<a href=\"https://a.b/c_d_e\">https://a.b/c_d_e</a>).</p>",
                     "(https://a.b/c_d_e)."},
        MarkdownCase{"http://a.b/(c)", "<p><a href=\"http://a.b/(c)\">http://a.b/(c)</a></p>", "http://a.b/(c)"},
        MarkdownCase{"<http://a.b>", "<p>&lt;<a href=\"http://a.b\">http://a.b</a>&gt;</p>", "<http://a.b>"},
        MarkdownCase{"http://a.b?c=1&d=é", "<p><a href=\"http://a.b?c=1&amp;d=%C3%A9\">http://a.b?c=1&amp;d=é</a></p>",
                     "http://a.b?c=1&d=é"},
        MarkdownCase{"http://a.b/it's - c", "<p><a href=\"http://a.b/it%27s\">http://a.b/it's</a> – c</p>",
                     "http://a.b/it's – c"},
        MarkdownCase{"http:// https://a www.a.b a@b.c", "<p>http:// https://a www.a.b a@b.c</p>",
                     "http:// https://a www.a.b a@b.c"},
        MarkdownCase{"see gov.uk and GOV.UK, not GOV.UK/a",
                     "<p>see gov.\xE2\x80\x8Buk and GOV.\xE2\x80\x8BUK, not GOV.UK/a</p>",
                     "see gov.\xE2\x80\x8Buk and GOV.\xE2\x80\x8BUK, not GOV.UK/a"}));

INSTANTIATE_TEST_SUITE_P(
    Literal, Markdown,
    testing::Values(
        MarkdownCase{"an *a* _b_ `c` ~~d~~", "<p>an *a* _b_ `c` ~~d~~</p>", "an *a* _b_ `c` ~~d~~"},
        MarkdownCase{"**note**", "<p>**note**</p>", "**note**"},
        MarkdownCase{R"(\# a \*b\* \[c\](d) \"e\" \q)", "<p># a *b* [c](d) \"e\" \\q</p>", "# a *b* [c](d) \"e\" \\q"},
        MarkdownCase{"<b>a</b> & &amp; &lt;i&gt; &pound; &nope; &#x27;",
                     "<p>&lt;b&gt;a&lt;/b&gt; &amp; &amp; &lt;i&gt; £ &amp;nope; ‘</p>", "<b>a</b> & & <i> £ &nope; ‘"},
        MarkdownCase{"```\na *b* [c](d)\n\n  e\n```\nf", "<p>a *b* [c](d)<br><br>  e</p><p>f</p>",
                     "a *b* [c](d)\n\n  e\n\nf"},
        MarkdownCase{"```\nnever closed", "<p>```<br>never closed</p>", "```\nnever closed"},
        MarkdownCase{"a ![b](http://c.d/e.png) f", "<p>a  f</p>", "a  f"},
        MarkdownCase{"![b](http://c.d/e.png)", "", ""},
        MarkdownCase{"| a | b |\n|---|---|\n| c | d |\n\ne", "<p>e</p>", "e"},
        MarkdownCase{"a | b\n--|--\nc | d", "", ""}, MarkdownCase{"a | b", "<p>a | b</p>", "a | b"}));

INSTANTIATE_TEST_SUITE_P(Characters, Markdown,
                         testing::Values(MarkdownCase{"a\xFF"
                                                      "b",
                                                      "<p>a\xEF\xBF\xBD"
                                                      "b</p>",
                                                      "a\xEF\xBF\xBD"
                                                      "b"},
                                         MarkdownCase{"&#xFDD0;&#xFFFE;&#xFFFF;&#x2028;.", "<p>!  <br>.</p>", "!  \n."},
                                         MarkdownCase{"[a](b&#xFFFE;c \"d&#xFFFF;e\")",
                                                      "<p><a href=\"http://b%20c\" title=\"d e\">a</a></p>",
                                                      "a (d e): b c"},
                                         MarkdownCase{"a\xEF\xB7\x90z\xEF\xBF\xBE", "<p>a\xEF\xBF\xBDz\xEF\xBF\xBD</p>",
                                                      "a\xEF\xBF\xBDz\xEF\xBF\xBD"},
                                         MarkdownCase{std::string_view("a\0b\x01", 4), "<p>ab</p>", "ab"},
                                         MarkdownCase{"a&#13;&#10;b", "<p>a  b</p>", "a  b"},
                                         MarkdownCase{"a\xE2\x80\xA8"
                                                      "b",
                                                      "<p>ab</p>", "ab"}));

class ForbiddenTarget : public testing::TestWithParam<std::string_view>
{
};

TEST_P(ForbiddenTarget, LeavesTheTextAndNoLink)
{
    EXPECT_EQ(link_target(GetParam()), "");
    const auto html = to_html(parse_markdown("[label](<" + std::string(GetParam()) + ">)"));
    EXPECT_THAT(html, Not(HasSubstr("href=\"javascript")));
    EXPECT_THAT(html, Not(HasSubstr("href=\"data")));
}

INSTANTIATE_TEST_SUITE_P(Schemes, ForbiddenTarget,
                         testing::Values("javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x",
                                         "vbscript:x", "file:///etc/passwd", "x-custom:y", "", " "));

TEST(LinkTarget, KeepsWhatMayBeFollowed)
{
    EXPECT_EQ(link_target("https://a.b/c?d=e%20f#g"), "https://a.b/c?d=e%20f#g");
    EXPECT_EQ(link_target("mailto:a@b.c"), "mailto:a@b.c");
    EXPECT_EQ(link_target("tel:+441234"), "tel:+441234");
    EXPECT_EQ(link_target("a.b:8080/c"), "http://a.b:8080/c");
    EXPECT_EQ(link_target("((url))"), "http://((url))");
    EXPECT_EQ(link_target("http://a.b/\"<x> y'"), "http://a.b/%22%3Cx%3E%20y%27");
    EXPECT_EQ(link_target("java\nscript:x"), "http://java%0Ascript:x");
}

TEST(Preheader, HasTheWordsOnOneLine)
{
    const auto document = parse_markdown("# Title\n\nHello [you](http://a.b \"t\")\n\n---\n\n* a\n* b\n\nhttp://c.d");
    EXPECT_EQ(to_preheader(document, 256), "Title Hello you (t) • a • b http://c.d");
    EXPECT_EQ(to_preheader(document, 8), "Title He");
    EXPECT_EQ(to_preheader(document, 6), "Title");
    EXPECT_EQ(to_preheader(parse_markdown("ééé"), 2), "éé");
    EXPECT_EQ(to_preheader({}, 256), "");
}

int depth_of(const std::vector<Block>& blocks)
{
    int deepest = 0;
    for (const auto& block : blocks) deepest = std::max(deepest, 1 + depth_of(block.children));
    return deepest;
}

TEST(MarkdownBounds, NestingStops)
{
    std::string lists;
    for (std::size_t i = 0; i < 100; ++i) lists += std::string(i, ' ') + "* a\n";
    EXPECT_EQ(depth_of(parse_markdown(lists)), 2 * kMaxNesting + 1);
    EXPECT_EQ(depth_of(parse_markdown(std::string(100, '^') + "a")), kMaxNesting + 1);
}

class Hostile : public testing::TestWithParam<std::string_view>
{
};

// A quadratic parser takes hours for these; the limit is far from what a loaded machine needs.
TEST_P(Hostile, TakesTimeInProportion)
{
    constexpr std::size_t kSize = 500'000;
    std::string source;
    while (source.size() < kSize) source += GetParam();
    source += "](a)\n\n[a]: b\n";
    const auto start = std::chrono::steady_clock::now();
    const auto document = parse_markdown(source);
    const auto html = to_html(document);
    to_plain_text(document);
    to_preheader(document, 256);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
    EXPECT_LT(html.size(), 100 * source.size());
}

INSTANTIATE_TEST_SUITE_P(Repeated, Hostile,
                         testing::Values("[", "![", "]", "[a](", "[a](<", "[a](b \"", "[a][b]", "[[a](b)", "^",
                                         "^ a\n\n", "* ", "* a\n", " * a\n\n", "a\n-\n", "```\n", "~~~~\n", "|a\n|-\n",
                                         "&", "&a;", "\"", "'", "http://", "http://a.b(", "a@", " -", " ,", "\n", "\t",
                                         "\\", "`", "*_", "<", "1.", "[a]: b\n", "gov.uk "));

}  // namespace
}  // namespace herald::rendering
