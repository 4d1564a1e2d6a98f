#include "rendering/markdown.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include <cmark.h>

#include "rendering/markdown_dialect.hpp"
#include "rendering/stand_ins.hpp"
#include "rendering/text.hpp"
#include "rendering/typography.hpp"

namespace herald::rendering
{

namespace
{

struct FreeNode
{
    void operator()(cmark_node* node) const { cmark_node_free(node); }
};

std::string_view literal(cmark_node* node)
{
    const char* const text = cmark_node_get_literal(node);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

// An entity can bring what the source could not: a control character, and for U+FFFE and U+FFFF cmark writes the bytes
// 0xFE and 0xFF, which are no UTF-8.
bool comes_from_an_entity(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || byte >= 0xFE;
}

void append_literal(std::string& out, cmark_node* node)
{
    const auto start = static_cast<std::ptrdiff_t>(out.size());
    out += literal(node);
    std::replace_if(out.begin() + start, out.end(), comes_from_an_entity, ' ');
}

// An address or a title: it ends where its line does.
std::string one_line(const char* text)
{
    auto out = restore_marks(restore_hidden(text == nullptr ? "" : text));
    out.resize(std::min(out.find('\n'), out.size()));
    std::ranges::replace_if(out, comes_from_an_entity, ' ');
    return out;
}

// What a link shows: its words, without images.
std::string label_of(cmark_node* link)
{
    std::string out;
    for (auto* node = cmark_node_first_child(link); node != nullptr; node = cmark_node_next(node))
    {
        if (cmark_node_get_type(node) == CMARK_NODE_TEXT) append_literal(out, node);
    }
    return out;
}

// Whether an address may end with `mark`, of which it has so many opened and closed: not with punctuation that ends a
// sentence, nor with a bracket that was opened outside of it.
class AddressEnd
{
public:
    bool allows(char32_t mark)
    {
        constexpr std::u32string_view kNever = U".,:\"'";
        if (mark == '(') ++round_;
        if (mark == '[') ++square_;
        if (mark == ')') return round_-- > 0;
        if (mark == ']') return square_-- > 0;
        return !kNever.contains(mark);
    }

private:
    int round_ = 0;
    int square_ = 0;
};

// The end of the address at `at`: before white space or an angle bracket. Or `at`, when nothing follows the scheme.
std::size_t address_end(std::string_view text, std::size_t at)
{
    constexpr std::size_t kShortest = 2;
    const auto start = text.find("//", at) + 2;
    std::size_t end = at;
    std::size_t characters = 0;
    AddressEnd last;
    for (auto next = start; next < text.size(); ++characters)
    {
        const auto c = next_code_point(text, next);
        const char32_t mark = stood_for(c) != '\0' ? static_cast<char32_t>(stood_for(c)) : c;
        if (is_white_space(mark) || mark == '<' || mark == '>') break;
        if (last.allows(mark) && characters + 1 >= kShortest) end = next;
    }
    return end;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower)
{
    return std::ranges::equal(text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
}

// "GOV.UK" as a name: a character without width behind its dot keeps mail clients from making it a link.
std::string unlink_names(std::string text, char32_t before)
{
    constexpr std::string_view kName = "gov.uk";
    constexpr std::string_view kZeroWidthSpace = "\xE2\x80\x8B";
    constexpr std::size_t kDot = 3;
    std::string out;
    std::size_t done = 0;
    for (auto dot = text.find('.'); dot != std::string::npos; dot = text.find('.', dot + 1))
    {
        if (dot < kDot || !equals_ignoring_case(std::string_view(text).substr(dot - kDot, kName.size()), kName))
            continue;
        const auto start = dot - kDot;
        const bool word_start = start == 0 ? before == 0 : is_white_space(static_cast<unsigned char>(text[start - 1]));
        const auto behind = std::string_view(text).substr(start + kName.size(), 1);
        if (!word_start || behind == "/" || behind == "?" || behind == "#") continue;
        out.append(text, done, dot + 1 - done).append(kZeroWidthSpace);
        done = dot + 1;
    }
    if (done == 0) return text;
    return out.append(text, done);
}

// Puts text into a block's inlines: bare addresses apart, the rest with smart quotes and dashes.
class InlineBuilder
{
public:
    explicit InlineBuilder(std::vector<Inline>& out) : out_(out) {}

    void add(cmark_node* parent)
    {
        for (auto* node = cmark_node_first_child(parent); node != nullptr; node = cmark_node_next(node))
        {
            switch (cmark_node_get_type(node))
            {
                case CMARK_NODE_LINK:
                    add_link(node);
                    break;
                case CMARK_NODE_IMAGE:
                    break;
                default:
                    append_literal(run_, node);
            }
        }
        flush(0);
    }

private:
    void add_link(cmark_node* node)
    {
        Inline link{.kind = Inline::Kind::link,
                    .text = label_of(node),
                    .target = one_line(cmark_node_get_url(node)),
                    .title = one_line(cmark_node_get_title(node))};
        if (trim(link.text).empty()) link.text = link.target;
        flush('a');
        link.text = restore_marks(set_typography(restore_hidden(link.text), {.keep_quotes = true}));
        out_.push_back(std::move(link));
        before_ = 'a';
    }

    // `after` is the character that follows the run.
    void flush(char32_t after)
    {
        const auto run = restore_hidden(run_);
        std::string_view rest = run;
        std::size_t from = 0;
        for (auto at = rest.find("http"); at != std::string_view::npos; at = rest.find("http", from))
        {
            const auto candidate = rest.substr(at);
            const bool scheme = candidate.starts_with("http://") || candidate.starts_with("https://");
            const auto end = scheme ? address_end(rest, at) : at;
            from = end;
            if (end == at)
            {
                from = at + 4;
                continue;
            }
            add_text(rest.substr(0, at), 'h');
            out_.push_back({.kind = Inline::Kind::address,
                            .text = restore_marks(rest.substr(at, end - at)),
                            .target = {},
                            .title = {}});
            before_ = 'a';
            rest.remove_prefix(end);
            from = 0;
        }
        add_text(rest, after);
        run_.clear();
    }

    void add_text(std::string_view text, char32_t after)
    {
        if (text.empty()) return;
        auto set = unlink_names(restore_marks(set_typography(text, {.before = before_, .after = after})), before_);
        out_.push_back({.kind = Inline::Kind::text, .text = std::move(set), .target = {}, .title = {}});
        before_ = 'a';
    }

    std::vector<Inline>& out_;
    std::string run_;
    char32_t before_ = 0;
};

Block::Kind kind_of(cmark_node* node)
{
    switch (cmark_node_get_type(node))
    {
        case CMARK_NODE_HEADING:
            return cmark_node_get_heading_level(node) == 1 ? Block::Kind::heading : Block::Kind::subheading;
        case CMARK_NODE_THEMATIC_BREAK:
            return Block::Kind::rule;
        case CMARK_NODE_BLOCK_QUOTE:
            return Block::Kind::inset;
        case CMARK_NODE_LIST:
            return cmark_node_get_list_type(node) == CMARK_ORDERED_LIST ? Block::Kind::numbers : Block::Kind::bullets;
        case CMARK_NODE_ITEM:
            return Block::Kind::item;
        default:
            return Block::Kind::paragraph;
    }
}

bool is_blank(const Block& block)
{
    const bool words = block.kind == Block::Kind::paragraph || block.kind == Block::Kind::heading ||
                       block.kind == Block::Kind::subheading;
    return words && std::ranges::all_of(block.inlines, [](const Inline& part) { return trim(part.text).empty(); });
}

// Recursion as deep as the translation lets blocks nest.
std::vector<Block> children_of(cmark_node* parent)
{
    std::vector<Block> out;
    for (auto* node = cmark_node_first_child(parent); node != nullptr; node = cmark_node_next(node))
    {
        Block block;
        block.kind = kind_of(node);
        switch (block.kind)
        {
            case Block::Kind::paragraph:
            case Block::Kind::heading:
            case Block::Kind::subheading:
                InlineBuilder(block.inlines).add(node);
                break;
            default:
                block.children = children_of(node);
        }
        if (!is_blank(block)) out.push_back(std::move(block));
    }
    return out;
}

}  // namespace

Document parse_markdown(std::string_view source)
{
    const auto translated = to_commonmark(source);
    const std::unique_ptr<cmark_node, FreeNode> root(
        cmark_parse_document(translated.data(), translated.size(), CMARK_OPT_DEFAULT));
    return children_of(root.get());
}

}  // namespace herald::rendering
