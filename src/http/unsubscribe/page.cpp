#include "http/unsubscribe/page.hpp"

#include <fmt/format.h>

#include "http/console/html.hpp"

namespace herald::http::unsubscribe
{

namespace
{

constexpr std::string_view kStyle =
    "body{font:1.2rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:36rem;padding:0 1rem;color:#0b0c0c}"
    "button{font:inherit;padding:.5rem 1rem;border:0;border-bottom:2px solid #002d18;background:#00703c;color:#fff;"
    "cursor:pointer}button:focus-visible{outline:3px solid #fd0}";

std::string page(std::string_view title, std::string_view body)
{
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0}</title>"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{1}</style></head>\n"
        "<body><main><h1>{0}</h1>\n{2}\n</main></body>\n</html>\n",
        title, kStyle, body);
}

}  // namespace

std::string confirmation_page(std::string_view service)
{
    return page(
        "Unsubscribe",
        fmt::format("<p>Do you want to stop all emails from {}?</p>\n"
                    "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">"
                    "<button>Stop these emails</button></form>",
                    escape_html(service)));
}

std::string done_page(std::string_view service)
{
    return page(
        "You are unsubscribed",
        fmt::format("<p>{} will not send you any more emails. If this was a mistake, ask them to send you emails "
                    "again.</p>",
                    escape_html(service)));
}

std::string message_page(std::string_view title, std::string_view text)
{
    return page(escape_html(title), fmt::format("<p>{}</p>", escape_html(text)));
}

}  // namespace herald::http::unsubscribe
