// Emails: from template and values to subject, plain text and HTML.
//
// The content is the family's Markdown dialect (rendering/markdown.hpp). Values are inserted before the Markdown is
// read, as the family does, so a value may hold Markdown; a caller that passes on text of strangers names those values
// in sanitise_content_for (rendering/sanitise.hpp). Neither content nor values can ever bring HTML: every '<' comes out
// escaped, link targets keep to a list of schemes, images are dropped.
//
// Pure functions; thread-safe; never fail. Costs CPU in proportion to the size of the content: large emails belong on
// the cpu pool, not on a loop.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "rendering/compiled_template.hpp"
#include "rendering/personalisation.hpp"

namespace herald::rendering
{

inline constexpr std::size_t kMaxEmailBytes = 2'000'000;  // of the content with values inserted

// What is above the message. Every field is escaped; a colour or logo address that is not one is left out.
struct Branding
{
    enum class Kind
    {
        none,
        government_banner,  // a black bar with the platform's name
        logo,               // the organisation's logo and text
        logo_banner,        // the same on a bar of the organisation's colour
        both,               // the government banner, then the organisation's logo
    };

    Kind kind = Kind::none;
    std::string banner_text;  // the name on the government banner
    std::string colour;       // #rrggbb
    std::string logo_url;     // https://
    std::string text;         // the organisation's name beside the logo
    std::string alt_text;     // for the logo when there is no text
};

struct RenderedEmail
{
    std::string subject;     // plain text, one line
    std::string plain_text;  // LF line ends, one newline at the end
    std::string html;        // a whole document
    std::size_t size = 0;    // bytes of the content with values inserted, what the limit applies to
};

RenderedEmail render_email(const CompiledTemplate& email, const Personalisation& values, const Branding& branding = {},
                           MissingStyle missing = MissingStyle::brackets);

// `body` in API answers: the Markdown source with values inserted, line ends kept, outer white space trimmed.
std::string render_email_body_for_api(const CompiledTemplate& email, const Personalisation& values);

// `subject` in API answers and in the message alike.
std::string render_subject(const CompiledTemplate& email, const Personalisation& values,
                           MissingStyle missing = MissingStyle::brackets);

// `html` of the template preview: the body's HTML, without the document around it.
std::string render_email_html_body(const CompiledTemplate& email, const Personalisation& values,
                                   MissingStyle missing = MissingStyle::brackets);

// `api_body` is what render_email_body_for_api gave. Content that has text of its own is never called empty.
// Errors: bad_request "Your message is empty."
Result<void> check_email_not_empty(const CompiledTemplate& email, std::string_view api_body);

// `bytes` is the size of that body (RenderedEmail::size).
// Errors: bad_request "Your message is too long. Emails ... <n> bytes."
Result<void> check_email_length(std::size_t bytes);

// `bytes` is the size of what render_subject gave.
// Errors: bad_request "Your message is too long. Subjects ... <n> bytes."
Result<void> check_subject_length(std::size_t bytes);

}  // namespace herald::rendering
