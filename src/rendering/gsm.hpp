// The alphabet of text messages.
//
// GSM-7 and its extension table (GSM 03.38 / 3GPP TS 23.038), the Welsh letters outside it, which stay and make the
// message UCS-2, and what everything else is replaced by. Rule: notifications-utils, sanitise_text.py (SanitiseSMS).
//
// Pure functions over constant tables; thread-safe.
#pragma once

#include <array>
#include <cstddef>

namespace herald::rendering
{

enum class SmsLetter
{
    basic,     // one character of GSM-7
    extended,  // GSM-7 behind an escape: counts as two
    unicode,   // a Welsh letter outside GSM-7
    foreign,   // cannot be sent
};

SmsLetter classify_sms_letter(char32_t c);

struct SmsReplacement
{
    std::array<char32_t, 3> letters{};
    std::size_t size = 0;
};

// What is sent instead of a foreign character: its base letter, an ASCII look-alike, nothing (zero-width characters),
// or "?".
SmsReplacement downgrade_sms_letter(char32_t c);

}  // namespace herald::rendering
