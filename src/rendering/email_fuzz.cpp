// Whatever template and values say: the email is valid UTF-8 of bounded size, its HTML holds no element and no
// attribute but those that we write, its tags nest, and a link leads to http, https, mailto, tel or ftp.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "rendering/email.hpp"
#include "rendering/text.hpp"

namespace
{

namespace rendering = herald::rendering;

void require(bool condition)
{
    if (!condition) std::abort();
}

// The byte 0x1f ends a field.
std::string take_field(std::string_view& rest)
{
    const auto end = rest.find('\x1f');
    std::string field(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

// Input of the product is valid UTF-8; a template's content is rendered from the database, so it may be anything.
std::string valid(std::string_view text)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) rendering::append_utf8(out, rendering::next_code_point(text, at));
    return out;
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& known)
{
    return std::ranges::find(known, name) != known.end();
}

void check_link(std::string_view target)
{
    constexpr std::array<std::string_view, 5> kSchemes = {"http", "https", "mailto", "tel", "ftp"};
    std::string scheme(target.substr(0, target.find(':')));
    std::ranges::transform(scheme, scheme.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
    require(is_one_of(std::string_view(scheme), kSchemes));
}

// ` name="value"` after `name="value"`.
void check_attributes(std::string_view rest)
{
    constexpr std::array<std::string_view, 4> kKnown = {"style", "href", "title", "role"};
    while (!rest.empty())
    {
        require(rest.front() == ' ');
        const auto equals = rest.find("=\"");
        require(equals != std::string_view::npos);
        const auto name = rest.substr(1, equals - 1);
        require(is_one_of(name, kKnown));
        const auto end = rest.find('"', equals + 2);
        require(end != std::string_view::npos);
        if (name == "href") check_link(rest.substr(equals + 2, end - equals - 2));
        rest.remove_prefix(end + 1);
    }
}

void check_html(std::string_view html)
{
    constexpr std::array<std::string_view, 13> kKnown = {"p",  "h2", "h3", "hr", "br",         "ul",   "ol",
                                                         "li", "a",  "tr", "td", "blockquote", "table"};
    std::vector<std::string_view> open;
    for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1))
    {
        const auto end = html.find('>', at);
        require(end != std::string_view::npos);
        auto tag = html.substr(at + 1, end - at - 1);
        const bool closes = tag.starts_with('/');
        if (closes) tag.remove_prefix(1);
        const auto name = tag.substr(0, tag.find(' '));
        require(is_one_of(name, kKnown));
        if (closes)
        {
            require(!open.empty() && open.back() == name);
            open.pop_back();
            continue;
        }
        check_attributes(tag.substr(name.size()));
        if (name != "hr" && name != "br") open.push_back(name);
    }
    require(open.empty());
}

void check_text(std::string_view text, std::size_t limit)
{
    require(text.size() <= limit);
    require(valid(text) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(data, data + size);
    std::string_view rest = input;
    rendering::Branding branding;
    branding.kind = static_cast<rendering::Branding::Kind>(take_field(rest).size() % 5);
    branding.text = branding.banner_text = branding.alt_text = valid(take_field(rest));
    branding.colour = branding.logo_url = branding.text;
    const auto subject = take_field(rest);
    const auto value = valid(take_field(rest));
    const auto email = rendering::CompiledTemplate::compile(herald::Channel::email, subject, rest);
    const auto values = rendering::Personalisation::from_json(
        {{"text", value}, {"list", herald::json::array{value, value}}, {"yes", true}});
    require(values.has_value());

    const auto body = rendering::render_email_html_body(email, *values);
    const auto rendered = rendering::render_email(email, *values, branding);
    // A placeholder of eight bytes brings a value, a byte of content at most two elements, each under 300 bytes.
    const auto limit = 10'000 + 600 * (rendered.size + input.size());
    check_html(body);
    check_text(body, limit);
    check_text(rendered.html, limit);
    check_text(rendered.plain_text, limit);
    check_text(rendered.subject, limit);
    require(rendered.plain_text.ends_with('\n') && !rendered.plain_text.contains('\r'));
    require(!rendered.subject.contains('\n') && !rendered.html.contains("<script"));
    require(rendered.html.contains(body));
    return 0;
}
