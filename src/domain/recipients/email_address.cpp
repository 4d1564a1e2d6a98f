// The rules of GSA/notifications-utils at 2feb97a (recipients.py, __init__.py): a local part of few characters, because
// mail providers refuse more; a host name that becomes plain labels and a top-level domain once it is in punycode.
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/idna.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/utf8.hpp"
#include "domain/recipients/recipient.hpp"
#include "domain/recipients/tidy_spaces.hpp"

namespace herald
{
namespace
{

constexpr std::size_t kLongestAddress = 320;  // characters
constexpr std::size_t kLongestHost = 253;     // in punycode
constexpr std::size_t kLongestLabel = 63;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_letter_or_digit(char c)
{
    return is_letter(c) || is_digit(c);
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::size_t count_characters(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_local_part(std::string_view local)
{
    constexpr std::string_view kPunctuation = ".!#$%&'*+/=?^_`{|}~-";
    return !local.empty() &&
           std::ranges::all_of(local, [&](char c) { return is_letter_or_digit(c) || kPunctuation.contains(c); });
}

// What the reference's IDNA codec does not mind; the labels are checked below.
constexpr std::uint32_t kHarmlessErrors =
    UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

// Empty when the label has no such form.
std::string label_to_punycode(std::string_view label)
{
    UErrorCode status = U_ZERO_ERROR;
    static const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(UIDNA_CHECK_BIDI, status));
    if (!idna || U_FAILURE(status) != 0) return {};
    std::string ascii;
    icu::StringByteSink<std::string> sink(&ascii);
    icu::IDNAInfo info;
    idna->labelToASCII_UTF8({label.data(), static_cast<std::int32_t>(label.size())}, sink, info, status);
    if (U_FAILURE(status) != 0 || (info.getErrors() & ~kHarmlessErrors) != 0) return {};
    return ascii;
}

// Label by label, as the codec goes: those in ASCII stay as they are. Ideographic full stops part labels too.
std::string to_punycode(std::string_view host)
{
    std::string dotted(host);
    for (const std::string_view stop : {"\u3002", "\uff0e", "\uff61"})
        for (auto at = dotted.find(stop); at != std::string::npos; at = dotted.find(stop, at))
            dotted.replace(at, stop.size(), ".");

    std::string ascii;
    for (std::string_view rest = dotted;;)
    {
        const auto label = rest.substr(0, rest.find('.'));
        if (is_ascii(label))
            ascii += label;
        else
            ascii += label_to_punycode(label);
        if (label.size() == rest.size()) return ascii;
        ascii += '.';
        rest.remove_prefix(label.size() + 1);
    }
}

// Runs of letters and digits with one or two hyphens between them.
bool is_label(std::string_view label)
{
    if (label.empty() || label.size() > kLongestLabel) return false;
    if (label.front() == '-' || label.back() == '-' || label.contains("---")) return false;
    return std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

// Two letters or more, or punycode.
bool is_top_level_domain(std::string_view label)
{
    if (label.size() >= 2 && std::ranges::all_of(label, is_letter)) return true;
    const auto starts_as_punycode = label.size() > 4 && (label[0] == 'x' || label[0] == 'X') &&
                                    (label[1] == 'n' || label[1] == 'N') && label.substr(2, 2) == "--";
    return starts_as_punycode && !label.substr(4).contains("--") && label[4] != '-';
}

bool is_host_name(std::string_view host)
{
    if (host.size() > kLongestHost || !host.contains('.')) return false;
    while (true)
    {
        const auto label = host.substr(0, host.find('.'));
        if (!is_label(label)) return false;
        if (label.size() == host.size()) return is_top_level_domain(label);
        host.remove_prefix(label.size() + 1);
    }
}

std::string lower_case(std::string_view text)
{
    std::string lower;
    if (is_ascii(text))
    {
        lower = text;
        for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        return lower;
    }
    UErrorCode status = U_ZERO_ERROR;
    icu::StringByteSink<std::string> sink(&lower);
    icu::CaseMap::utf8ToLower("", 0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr, status);
    return lower;
}

bool is_email_address(std::string_view address)
{
    if (count_characters(address) > kLongestAddress || address.contains("..") || !is_utf8(address)) return false;
    const auto at = address.find('@');
    if (at == std::string_view::npos || !is_local_part(address.substr(0, at))) return false;
    const auto host = address.substr(at + 1);
    if (is_ascii(host)) return is_host_name(host);
    return is_host_name(to_punycode(host));
}

}  // namespace

Result<std::string> parse_email_address(std::string_view text)
{
    const auto address = tidy_spaces(text);
    if (!is_email_address(address)) return fail(ErrorKind::invalid_email, "Not a valid email address");
    return lower_case(address);
}

}  // namespace herald
