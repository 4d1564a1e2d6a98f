#include "operations/notification_contents.hpp"

#include <array>

namespace herald
{

namespace
{

std::string_view context_of(const NotificationId& id)
{
    return {reinterpret_cast<const char*>(id.value.bytes.data()), id.value.bytes.size()};
}

// Each text behind its length (4 bytes, big endian): half the size of JSON, and nothing to escape.
void append_text(std::string& out, std::string_view text)
{
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((text.size() >> shift) & 0xFF);
    out += text;
}

bool take_text(std::string_view& from, std::string& text)
{
    if (from.size() < 4) return false;
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length * 256 + static_cast<unsigned char>(from[i]);
    if (from.size() - 4 < length) return false;
    text = from.substr(4, length);
    from.remove_prefix(4 + length);
    return true;
}

}  // namespace

std::string sealed_contents_context(const NotificationId& id)
{
    return std::string(context_of(id));
}

std::string seal_contents(const KeyRing& keys, const NotificationId& id, const NotificationContents& contents)
{
    std::string plain;
    plain.reserve(64 + contents.to.size() * 2 + contents.personalisation.size());
    for (const auto* text : {&contents.to, &contents.normalised_to, &contents.personalisation, &contents.reply_to,
                             &contents.one_click_unsubscribe_url, &contents.trace_id})
        append_text(plain, *text);
    return keys.seal(plain, context_of(id));
}

Result<NotificationContents> open_contents(const KeyRing& keys, const NotificationId& id, std::string_view sealed)
{
    const auto plain = keys.open(sealed, context_of(id));
    if (!plain) return Failure(plain.error());
    NotificationContents contents;
    std::string_view rest = *plain;
    for (auto* text : {&contents.to, &contents.normalised_to, &contents.personalisation, &contents.reply_to,
                       &contents.one_click_unsubscribe_url, &contents.trace_id})
    {
        if (!take_text(rest, *text)) return fail(ErrorKind::internal, "sealed contents are cut short");
    }
    return contents;
}

}  // namespace herald
