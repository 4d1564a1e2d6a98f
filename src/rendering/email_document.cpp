#include "rendering/email_document.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rendering/html.hpp"

namespace herald::rendering
{

namespace
{

constexpr std::string_view kBlack = "#0b0c0c";
constexpr std::string_view kFont = "font-family:Helvetica,Arial,sans-serif";
constexpr std::string_view kTable = "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" ";

// With the name beside it a logo is a line high, alone it is twice that.
constexpr int kLogoHeight = 27;
constexpr int kLoneLogoHeight = 54;

std::string text(std::string_view raw)
{
    std::string out;
    append_html_text(out, raw);
    return out;
}

std::string attribute(std::string_view raw)
{
    std::string out;
    append_html_attribute(out, raw);
    return out;
}

// A bar as wide as the window, whose content keeps to the column.
std::string bar(std::string_view colour, std::string_view cells)
{
    return fmt::format(
        "{0}width=\"100%\" style=\"width:100%;border-collapse:collapse\"><tr><td bgcolor=\"{1}\" "
        "style=\"background-color:{1}\">\n"
        "{0}width=\"100%\" align=\"center\" style=\"width:100%;max-width:580px;border-collapse:collapse\"><tr>\n"
        "{2}</tr></table>\n</td></tr></table>\n",
        kTable, colour, cells);
}

std::string government_banner(const Branding& branding)
{
    return bar(kBlack, fmt::format("<td height=\"60\" valign=\"middle\" style=\"padding:0 10px;{};font-size:28px;"
                                   "line-height:34px;font-weight:bold;color:#ffffff\">{}</td>\n",
                                   kFont, text(branding.banner_text)));
}

std::string logo_image(const Branding& branding)
{
    // The name is read out once: as text beside the logo, or else as its description.
    const bool alone = branding.text.empty();
    return fmt::format("<img src=\"{}\" height=\"{}\" alt=\"{}\" border=\"0\" style=\"display:block;border:0\">",
                       attribute(branding.logo_url), alone ? kLoneLogoHeight : kLogoHeight,
                       alone ? attribute(branding.alt_text) : std::string());
}

std::string logo_banner(const Branding& branding)
{
    std::string cells;
    if (is_logo_address(branding.logo_url))
        cells +=
            fmt::format("<td valign=\"middle\" style=\"padding:10px 0 10px 10px\">{}</td>\n", logo_image(branding));
    if (!branding.text.empty())
        cells += fmt::format(
            "<td width=\"100%\" valign=\"middle\" style=\"padding:14px 10px;{};font-size:19px;"
            "line-height:25px;font-weight:bold;color:#ffffff\">{}</td>\n",
            kFont, text(branding.text));
    if (cells.empty()) return {};
    return bar(is_colour(branding.colour) ? std::string_view(branding.colour) : kBlack, cells);
}

std::string logo(const Branding& branding)
{
    std::string cells;
    if (is_logo_address(branding.logo_url))
        cells += fmt::format("<td valign=\"middle\" style=\"padding:0 7px 0 0\">{}</td>\n", logo_image(branding));
    if (!branding.text.empty())
        cells += fmt::format(
            "<td width=\"100%\" valign=\"middle\" style=\"{};font-size:18px;line-height:23px;"
            "color:{}\">{}</td>\n",
            kFont, kBlack, text(branding.text));
    if (cells.empty()) return {};
    const auto edge =
        is_colour(branding.colour) ? fmt::format("padding:0 0 0 7px;border-left:2px solid {}", branding.colour) : "";
    return fmt::format(
        "{0}width=\"100%\" align=\"center\" style=\"width:100%;max-width:580px;border-collapse:collapse\"><tr>"
        "<td style=\"padding:24px 10px 0 10px\">\n"
        "{0}style=\"border-collapse:collapse\"><tr><td style=\"{1}\">\n"
        "{0}style=\"border-collapse:collapse\"><tr>\n{2}</tr></table>\n</td></tr></table>\n</td></tr></table>\n",
        kTable, edge, cells);
}

std::string branding_of(const Branding& branding)
{
    switch (branding.kind)
    {
        case Branding::Kind::none:
            return {};
        case Branding::Kind::government_banner:
            return government_banner(branding);
        case Branding::Kind::logo:
            return logo(branding);
        case Branding::Kind::logo_banner:
            return logo_banner(branding);
        case Branding::Kind::both:
            return government_banner(branding) + logo(branding);
    }
    return {};
}

bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

std::string wrap_in_document(const DocumentParts& parts, const Branding& branding)
{
    const auto subject = text(parts.subject);
    const auto above = branding_of(branding);
    std::string out;
    out.reserve(parts.body.size() + above.size() + 2048);
    out += fmt::format(
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n"
        "<head>\n"
        "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta name=\"format-detection\" content=\"telephone=no\">\n"
        "<title>{}</title>\n"
        "</head>\n"
        "<body style=\"margin:0;padding:0;{};font-size:16px;color:{}\">\n",
        subject, kFont, kBlack);
    if (!parts.preheader.empty())
        out += fmt::format(
            "<div style=\"display:none;max-height:0;overflow:hidden;font-size:1px;color:#ffffff\" "
            "hidden>{}\xE2\x80\xA6</div>\n",
            text(parts.preheader));
    out += above;
    out += fmt::format(
        "{}width=\"100%\" align=\"center\" style=\"width:100%;max-width:580px;border-collapse:collapse\"><tr>"
        "<td style=\"padding:30px 10px;{};font-size:19px;line-height:25px;color:{}\">\n",
        kTable, kFont, kBlack);
    out += parts.body;
    out += "\n</td></tr></table>\n</body>\n</html>\n";
    return out;
}

bool is_colour(std::string_view text)
{
    return text.size() == 7 && text[0] == '#' && std::ranges::all_of(text.substr(1), is_hex_digit);
}

bool is_logo_address(std::string_view text)
{
    constexpr std::string_view kScheme = "https://";
    return text.starts_with(kScheme) && text.size() > kScheme.size() &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; }) &&
           text.find_first_of("\"'<>`\\") == std::string_view::npos;
}

}  // namespace herald::rendering
