#include "operations/show_notification.hpp"

#include <fmt/format.h>

#include "rendering/email.hpp"
#include "rendering/sms.hpp"

namespace herald
{

namespace
{

// What was stored was readable when it was accepted; should it not be now, the template's own text is shown.
rendering::Personalisation read_values(const std::string& stored)
{
    const auto values = parse_json(stored);
    if (!values || !values->is_object()) return {};
    auto read = rendering::Personalisation::from_json(values->get_object());
    return read ? std::move(*read) : rendering::Personalisation();
}

}  // namespace

Result<ShownNotification> show_notification(const KeyRing& keys, const NotificationRow& row,
                                            const TemplateContext& from)
{
    auto contents = open_contents(keys, row.id, row.sealed);
    if (!contents) return Failure(contents.error());
    ShownNotification shown;
    shown.contents = std::move(*contents);
    // Redaction is for people who look at the service in the admin app; the service itself reads what it sent, as in
    // the reference.
    const auto values = read_values(shown.contents.personalisation);
    if (row.channel == Channel::sms)
    {
        auto sms = rendering::render_sms(from.compiled, values);
        shown.body = std::move(sms.body);
        shown.sms_characters = sms.characters;
        return shown;
    }
    shown.body = rendering::render_email_body_for_api(from.compiled, values);
    shown.subject = rendering::render_subject(from.compiled, values);
    return shown;
}

Result<TemplatePreview> preview_template(const TemplateContext& from, const json::object& personalisation)
{
    const auto values = rendering::Personalisation::from_json(personalisation);
    if (!values) return Failure(values.error());
    if (const auto missing = from.compiled.missing(*values); !missing.empty())
        return fail(ErrorKind::bad_request, fmt::format("Missing personalisation: {}", fmt::join(missing, ", ")));

    TemplatePreview preview;
    if (from.facts.type == Channel::sms)
    {
        preview.body = rendering::render_sms(from.compiled, *values).body;
        return preview;
    }
    preview.body = rendering::render_email_body_for_api(from.compiled, *values);
    preview.subject = rendering::render_subject(from.compiled, *values);
    preview.html = rendering::render_email_html_body(from.compiled, *values);
    return preview;
}

}  // namespace herald
