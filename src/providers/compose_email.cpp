#include "providers/compose_email.hpp"

#include <utility>

namespace herald
{

Result<ComposedEmail> compose_email(const OutgoingMessage& message, std::string message_id, Instant now)
{
    const auto from = parse_mail_address(message.from_address, "from_address");
    if (!from) return Failure(from.error());
    const auto to = parse_mail_address(message.to, "to");
    if (!to) return Failure(to.error());

    MimeMessage mime;
    mime.message_id = std::move(message_id);
    mime.notification_id = message.id.to_string();
    mime.date = now;
    mime.from_name = message.from_name;
    mime.from = *from;
    mime.to = *to;
    if (message.reply_to)
    {
        const auto reply_to = parse_mail_address(*message.reply_to, "reply_to");
        if (!reply_to) return Failure(reply_to.error());
        mime.reply_to = *reply_to;
    }
    mime.subject = message.subject;
    mime.text = message.body;
    mime.html = message.html;
    mime.one_click_unsubscribe_url = message.one_click_unsubscribe_url;

    auto content = build_mime(mime);
    if (!content) return Failure(content.error());
    const bool needs_smtputf8 =
        from->needs_smtputf8 || to->needs_smtputf8 || (mime.reply_to && mime.reply_to->needs_smtputf8);
    return ComposedEmail{*from, *to, needs_smtputf8, *std::move(content)};
}

}  // namespace herald
