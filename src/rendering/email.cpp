#include "rendering/email.hpp"

#include <fmt/format.h>

#include "domain/notifications/message_limits.hpp"
#include "rendering/email_document.hpp"
#include "rendering/markdown.hpp"
#include "rendering/text.hpp"
#include "rendering/typography.hpp"

namespace herald::rendering
{

namespace
{

constexpr std::size_t kPreheaderLength = 256;

std::string filled(const CompiledTemplate& email, const Personalisation& values, MissingStyle missing)
{
    return email.fill_content(values, ListStyle::bullets, missing);
}

}  // namespace

RenderedEmail render_email(const CompiledTemplate& email, const Personalisation& values, const Branding& branding,
                           MissingStyle missing)
{
    const auto source = filled(email, values, missing);
    const auto document = parse_markdown(source);
    const auto body = to_html(document);
    const auto preheader = to_preheader(document, kPreheaderLength);

    RenderedEmail rendered;
    rendered.size = trim(source).size();
    rendered.subject = render_subject(email, values, missing);
    rendered.plain_text = to_plain_text(document) + "\n";
    rendered.html = wrap_in_document({.subject = rendered.subject, .preheader = preheader, .body = body}, branding);
    return rendered;
}

std::string render_email_body_for_api(const CompiledTemplate& email, const Personalisation& values)
{
    return std::string(trim(filled(email, values, MissingStyle::brackets)));
}

std::string render_subject(const CompiledTemplate& email, const Personalisation& values, MissingStyle missing)
{
    return set_typography(collapse_white_space(email.fill_subject(values, missing)));
}

std::string render_email_html_body(const CompiledTemplate& email, const Personalisation& values, MissingStyle missing)
{
    return to_html(parse_markdown(filled(email, values, missing)));
}

Result<void> check_email_not_empty(const CompiledTemplate& email, std::string_view api_body)
{
    if (email.may_be_empty() && api_body.empty()) return fail(ErrorKind::bad_request, "Your message is empty.");
    return {};
}

Result<void> check_email_length(std::size_t bytes)
{
    if (bytes <= kMaxEmailBytes) return {};
    return fail(ErrorKind::bad_request, fmt::format("Your message is too long. Emails cannot be longer than {} bytes. "
                                                    "Your message is {} bytes.",
                                                    kMaxEmailBytes, bytes));
}

Result<void> check_subject_length(std::size_t bytes)
{
    if (bytes <= kMaxSubjectBytes) return {};
    return fail(ErrorKind::bad_request,
                fmt::format("Your message is too long. Subjects cannot be longer than {} bytes. "
                            "Your subject is {} bytes.",
                            kMaxSubjectBytes, bytes));
}

}  // namespace herald::rendering
