#include "rendering/gsm.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

namespace herald::rendering
{

namespace
{

// Beyond ASCII; sorted, for binary search.
constexpr std::u32string_view kBasicBeyondAscii =
    U"\u00A1\u00A3\u00A4\u00A5\u00A7\u00BF\u00C4\u00C5\u00C6\u00C7\u00C9\u00D1\u00D6\u00D8\u00DC\u00DF\u00E0\u00E4"
    U"\u00E5\u00E6"
    U"\u00E8\u00E9\u00EC\u00F1\u00F2\u00F6\u00F8\u00F9\u00FC\u0393\u0394\u0398\u039B\u039E\u03A0\u03A3\u03A6\u03A8"
    U"\u03A9";

constexpr std::u32string_view kWelsh =
    U"\u00C0\u00C1\u00C2\u00C8\u00CA\u00CB\u00CC\u00CD\u00CE\u00CF\u00D2\u00D3\u00D4\u00D9\u00DA\u00DB\u00DD\u00E1"
    U"\u00E2\u00EA"
    U"\u00EB\u00ED\u00EE\u00EF\u00F3\u00F4\u00FA\u00FB\u00FD\u00FF\u0174\u0175\u0176\u0177\u0178\u1E80\u1E81\u1E82"
    U"\u1E83\u1E84"
    U"\u1E85\u1EF2\u1EF3";

constexpr std::string_view kExtendedAscii = "^{}\\[~]|";
constexpr char32_t kEuro = 0x20AC;

struct LookAlike
{
    char32_t from;
    std::u32string_view to;
};

constexpr std::array kLookAlikes = {
    LookAlike{0x0009, U" "},    // tab
    LookAlike{0x00A0, U" "},    // no-break space
    LookAlike{0x0141, U"L"},    // L with stroke
    LookAlike{0x0142, U"l"},    // l with stroke
    LookAlike{0x180E, U""},     // Mongolian vowel separator
    LookAlike{0x200B, U""},     // zero width space
    LookAlike{0x200C, U""},     // zero width non-joiner
    LookAlike{0x200D, U""},     // zero width joiner
    LookAlike{0x2011, U"-"},    // non-breaking hyphen
    LookAlike{0x2013, U"-"},    // en dash
    LookAlike{0x2014, U"-"},    // em dash
    LookAlike{0x2018, U"'"},    // left single quotation mark
    LookAlike{0x2019, U"'"},    // right single quotation mark
    LookAlike{0x201A, U"'"},    // single low-9 quotation mark
    LookAlike{0x201C, U"\""},   // left double quotation mark
    LookAlike{0x201D, U"\""},   // right double quotation mark
    LookAlike{0x201E, U"\""},   // double low-9 quotation mark
    LookAlike{0x2026, U"..."},  // ellipsis
    LookAlike{0x2028, U""},     // line separator
    LookAlike{0x2029, U""},     // paragraph separator
    LookAlike{0x202F, U" "},    // narrow no-break space
    LookAlike{0x2060, U""},     // word joiner
    LookAlike{0x2212, U"-"},    // minus sign
    LookAlike{0xFEFF, U""},     // zero width no-break space
};

static_assert(std::ranges::is_sorted(kBasicBeyondAscii));
static_assert(std::ranges::is_sorted(kWelsh));
static_assert(std::ranges::is_sorted(kLookAlikes, {}, &LookAlike::from));

// Printable ASCII without the grave accent, and the line feed.
constexpr std::array<SmsLetter, 0x80> kAscii = []
{
    std::array<SmsLetter, 0x80> table{};
    for (std::size_t c = 0; c < table.size(); ++c)
        table[c] = c >= 0x20 && c < 0x7F && c != '`' ? SmsLetter::basic : SmsLetter::foreign;
    table['\n'] = SmsLetter::basic;
    for (const char c : kExtendedAscii) table[static_cast<std::size_t>(c)] = SmsLetter::extended;
    return table;
}();

bool contains(std::u32string_view sorted, char32_t c)
{
    return std::ranges::binary_search(sorted, c);
}

// The first letter of the canonical decomposition, where it can be sent; 0 otherwise.
char32_t base_letter(char32_t c)
{
    UErrorCode status = U_ZERO_ERROR;
    const auto* const nfc = icu::Normalizer2::getNFCInstance(status);
    icu::UnicodeString parts;
    if (U_FAILURE(status) || nfc->getRawDecomposition(static_cast<UChar32>(c), parts) == 0) return 0;
    const auto first = static_cast<char32_t>(parts.char32At(0));
    return classify_sms_letter(first) == SmsLetter::foreign ? 0 : first;
}

SmsReplacement replacement_of(std::u32string_view letters)
{
    SmsReplacement replacement;
    replacement.size = letters.size();
    std::ranges::copy(letters, replacement.letters.begin());
    return replacement;
}

}  // namespace

SmsLetter classify_sms_letter(char32_t c)
{
    if (c < kAscii.size()) return kAscii[c];
    if (contains(kBasicBeyondAscii, c)) return SmsLetter::basic;
    if (c == kEuro) return SmsLetter::extended;
    return contains(kWelsh, c) ? SmsLetter::unicode : SmsLetter::foreign;
}

SmsReplacement downgrade_sms_letter(char32_t c)
{
    if (const auto base = base_letter(c); base != 0) return replacement_of({&base, 1});
    const auto* const found = std::ranges::lower_bound(kLookAlikes, c, {}, &LookAlike::from);
    return replacement_of(found != kLookAlikes.end() && found->from == c ? found->to : U"?");
}

}  // namespace herald::rendering
