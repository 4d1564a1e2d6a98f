// An email as the bytes that go over the wire (RFC 5322, 2045-2047, 2369, 8058). Pure and thread-safe.
//
// Security: every value here comes from outside. A CR, LF or NUL in any header value is refused (validation), so no
// value can add a header, a recipient or a body; addresses and the unsubscribe link are held to the characters that
// they may have. Bodies are always encoded, so their content cannot end a part. Errors name the field, never its value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace herald
{

// One address, ready for the envelope and for a header.
struct MailAddress
{
    std::string text;             // local part as given, domain in its ASCII (IDNA) form
    bool needs_smtputf8 = false;  // the local part is not ASCII (RFC 6531)
};

// Takes exactly one addr-spec without comments or quoted strings, at most 320 octets. `field` is for the Error
// (validation).
Result<MailAddress> parse_mail_address(std::string_view text, std::string_view field);

struct MimeMessage
{
    std::string message_id;       // without the angle brackets: "id@domain"
    std::string notification_id;  // X-Notification-Id, which stays where a provider puts a Message-ID of its own;
                                  // empty: none
    Instant date{};
    std::string from_name;  // may be empty
    MailAddress from;
    MailAddress to;
    std::optional<MailAddress> reply_to;
    std::string subject;
    std::string text;
    std::string html;                                      // empty: a plain text message
    std::optional<std::string> one_click_unsubscribe_url;  // https only (RFC 8058)
};

// Headers and body with CRLF line ends, without the SMTP end mark and not dot-stuffed. Lines of bodies and encoded
// words have at most 76 characters, no line has more than 998. Header text must be valid UTF-8; bodies may be any
// bytes.
Result<std::string> build_mime(const MimeMessage& message);

}  // namespace herald
