#include "providers/mime.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include "domain/notifications/message_limits.hpp"
#include "providers/mime_encoding.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kMaxAddress = 320;  // RFC 3696 section 3: 64 + 1 + 255
constexpr std::size_t kMaxHeaderText = kMaxSubjectBytes;
// Of a link in a header; with the header's name well inside the 998 of RFC 5322.
constexpr std::size_t kMaxUrlLine = 900;

// No encoded body contains "=_", so no body can contain this line (RFC 2045 section 6.7, note on boundaries).
constexpr std::string_view kBoundary = "=_herald_alternative";

Failure invalid(std::string_view field, std::string_view why)
{
    return fail(ErrorKind::validation, fmt::format("{} {}", field, why));
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Outside "atext" and the dot (RFC 5322): what could end an address or begin another.
bool ends_an_address(char c)
{
    static constexpr std::string_view specials = "()<>[]:;@\\,\"";
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || specials.find(c) != std::string_view::npos;
}

// The IDNA form that every mail server understands. nullopt: not a domain name.
std::optional<std::string> ascii_domain(std::string_view domain)
{
    if (is_ascii(domain)) return std::string(domain);
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::IDNA> idna(
        icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI, status));
    if (U_FAILURE(status)) return std::nullopt;
    std::string out;
    icu::StringByteSink<std::string> sink(&out);
    icu::IDNAInfo info;
    idna->nameToASCII_UTF8(icu::StringPiece(domain.data(), static_cast<std::int32_t>(domain.size())), sink, info,
                           status);
    if (U_FAILURE(status) || info.hasErrors() || !is_ascii(out)) return std::nullopt;
    if (out.empty() || std::ranges::any_of(out, ends_an_address)) return std::nullopt;
    return out;
}

Result<void> check_text(std::string_view text, std::string_view field)
{
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
    {
        return invalid(field, "contains a line break or NUL");
    }
    if (text.size() > kMaxHeaderText) return invalid(field, "is too long");
    if (!mime::is_valid_utf8(text)) return invalid(field, "is not valid UTF-8");
    return {};
}

Result<void> check_message_id(std::string_view id)
{
    const auto at = id.find('@');
    const bool split = at != std::string_view::npos && at > 0 && at + 1 < id.size();
    if (!split || id.size() > kMaxAddress || !is_ascii(id))
        return invalid("message_id", "is not of the form id@domain");
    if (std::ranges::any_of(id.substr(0, at), ends_an_address) ||
        std::ranges::any_of(id.substr(at + 1), ends_an_address))
    {
        return invalid("message_id", "has a character that is not allowed");
    }
    return {};
}

Result<void> check_notification_id(std::string_view id)
{
    const auto is_allowed = [](char c)
    {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
    };
    if (!std::ranges::all_of(id, is_allowed) || id.size() > 36) return invalid("notification_id", "is not a UUID");
    return {};
}

Result<void> check_unsubscribe_url(std::string_view url)
{
    if (!url.starts_with("https://")) return invalid("one_click_unsubscribe_url", "is not an https link");
    if (url.size() > kMaxUnsubscribeUrlBytes) return invalid("one_click_unsubscribe_url", "is too long");
    const auto refused = [](char c)
    {
        return c <= 0x20 || c >= 0x7f || c == '<' || c == '>';
    };
    if (std::ranges::any_of(url, refused))
        return invalid("one_click_unsubscribe_url", "has a character that is not allowed");
    return {};
}

// A MailAddress is a plain struct, so one may arrive here that parse_mail_address did not make.
Result<void> check_address(const MailAddress& address, std::string_view field)
{
    const auto parsed = parse_mail_address(address.text, field);
    if (!parsed) return Failure(parsed.error());
    return {};
}

Result<void> check(const MimeMessage& message)
{
    auto ok = check_message_id(message.message_id);
    if (ok) ok = check_notification_id(message.notification_id);
    if (ok) ok = check_text(message.from_name, "from_name");
    if (ok) ok = check_text(message.subject, "subject");
    if (ok) ok = check_address(message.from, "from_address");
    if (ok) ok = check_address(message.to, "to");
    if (ok && message.reply_to) ok = check_address(*message.reply_to, "reply_to");
    if (ok && message.one_click_unsubscribe_url) ok = check_unsubscribe_url(*message.one_click_unsubscribe_url);
    return ok;
}

void append_from(std::string& out, const MimeMessage& message)
{
    static constexpr std::string_view name = "From: ";
    out.append(name);
    if (message.from_name.empty())
    {
        out.append(message.from.text).append("\r\n");
        return;
    }
    const auto phrase = mime::header_phrase(message.from_name, name.size());
    const auto last_line = phrase.rfind('\n');
    const auto column = last_line == std::string::npos ? name.size() + phrase.size() : phrase.size() - last_line - 1;
    out.append(phrase).append(column + message.from.text.size() + 3 > 76 ? "\r\n <" : " <");
    out.append(message.from.text).append(">\r\n");
}

// The comma separates links in this header, and white space within one is ignored by who reads it (RFC 2369 section 2):
// that is how a long one keeps to the length of a line.
std::string header_url(std::string_view url)
{
    std::string out;
    std::size_t column = 0;
    for (const char c : url)
    {
        if (column >= kMaxUrlLine)
        {
            out.append("\r\n ");
            column = 0;
        }
        if (c == ',')
            out.append("%2C");
        else
            out.push_back(c);
        column += c == ',' ? 3 : 1;
    }
    return out;
}

void append_headers(std::string& out, const MimeMessage& message)
{
    static constexpr std::string_view subject = "Subject: ";
    out.append("Date: ").append(mime::header_date(message.date)).append("\r\n");
    append_from(out, message);
    out.append("To: ").append(message.to.text).append("\r\n");
    if (message.reply_to) out.append("Reply-To: ").append(message.reply_to->text).append("\r\n");
    out.append(subject).append(mime::header_text(message.subject, subject.size())).append("\r\n");
    out.append("Message-ID: <").append(message.message_id).append(">\r\n");
    if (!message.notification_id.empty())
        out.append("X-Notification-Id: ").append(message.notification_id).append("\r\n");
    if (message.one_click_unsubscribe_url)
    {
        out.append("List-Unsubscribe: <").append(header_url(*message.one_click_unsubscribe_url)).append(">\r\n");
        out.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    }
    out.append("MIME-Version: 1.0\r\n");
}

void append_part(std::string& out, std::string_view type, std::string_view content)
{
    const auto body = mime::encode_body(content);
    out.append("Content-Type: ").append(type).append("; charset=utf-8\r\n");
    out.append("Content-Transfer-Encoding: ").append(body.encoding).append("\r\n\r\n").append(body.text);
}

}  // namespace

Result<MailAddress> parse_mail_address(std::string_view text, std::string_view field)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size())
        return invalid(field, "is not an email address");
    if (text.size() > kMaxAddress) return invalid(field, "is too long");
    const auto local = text.substr(0, at);
    const auto domain = text.substr(at + 1);
    if (std::ranges::any_of(local, ends_an_address) || std::ranges::any_of(domain, ends_an_address) ||
        !mime::is_valid_utf8(text))
    {
        return invalid(field, "has a character that is not allowed");
    }
    const auto ascii = ascii_domain(domain);
    if (!ascii) return invalid(field, "has no usable domain");
    return MailAddress{fmt::format("{}@{}", local, *ascii), !is_ascii(local)};
}

Result<std::string> build_mime(const MimeMessage& message)
{
    if (const auto ok = check(message); !ok) return Failure(ok.error());

    std::string out;
    out.reserve(1'000 + (message.text.size() + message.html.size()) * 5 / 4);
    append_headers(out, message);
    if (message.html.empty())
    {
        append_part(out, "text/plain", message.text);
        return out;
    }
    out.append("Content-Type: multipart/alternative; boundary=\"").append(kBoundary).append("\"\r\n");
    // The last part is the one that readers prefer (RFC 2046 section 5.1.4).
    for (const auto& [type, content] : {std::pair<std::string_view, std::string_view>("text/plain", message.text),
                                        std::pair<std::string_view, std::string_view>("text/html", message.html)})
    {
        out.append("\r\n--").append(kBoundary).append("\r\n");
        append_part(out, type, content);
    }
    out.append("\r\n--").append(kBoundary).append("--\r\n");
    return out;
}

}  // namespace herald
